import { register } from 'node:module';
import type { Judged } from './seed.js';

/** A process that plays seeds: told which by its parent, tells each verdict as one line of JSON. */

interface Order {
  first: number;
  step: number;
  count: number;
  show: boolean;
  variant: { file: string; changes: { from: string; to: string }[] } | null;
}

const order = JSON.parse(process.argv[2]!) as Order;
register('./loader.js', import.meta.url, { data: { variant: order.variant } });
// Only now, so that the loader sees the product's files.
const { Simulation } = await import('./seed.js');

const simulation = await Simulation.open();
for (let index = 0; index < order.count; index += 1) {
  const judged = await simulation.run(order.first + index * order.step);
  if (order.show) for (const line of judged.told) console.log(line);
  process.stdout.write(`${JSON.stringify(shownOf(judged))}\n`);
}
await simulation.close();

function shownOf({ played, told: _told, ...judged }: Judged): object {
  return {
    ...judged,
    requests: played?.requests ?? 0,
    faults: [...(played?.faults ?? [])],
    crashes: [...(played?.crashes ?? [])],
  };
}
