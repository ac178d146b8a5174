/**
 * The way from the product to both vendors, as a process of its own: `node gateway.js PORT VENDORS_PORT`. Killed, it cuts every connection in mid-request,
 * while what the vendors have taken stands; their data survives, as it does with the real ones.
 */
import { connect, createServer } from 'node:net';

const [port, target] = process.argv.slice(2).map(Number);

createServer((client) => {
  const vendor = connect(target, '127.0.0.1');
  client.pipe(vendor).pipe(client);
  for (const [one, other] of [
    [client, vendor],
    [vendor, client],
  ])
    one.on('error', () => other.destroy()).on('close', () => other.destroy());
}).listen(port, '127.0.0.1');
