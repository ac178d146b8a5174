/** Process of `download.ts`. Arguments: address of an archive, folder. Goes by HTTPS_PROXY. Its parent ends it when nothing comes. */
import { HttpsProxyAgent } from 'hpagent';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beginning, open } from '../../shared/http/open.js';

const [address, folder] = process.argv.slice(2);
if (address === undefined || folder === undefined) throw new Error('Usage: archive-child ADDRESS FOLDER');

const WITHIN_MS = 30 * 60_000;
const proxy = process.env.HTTPS_PROXY || process.env.https_proxy;
const url = new URL(address);
try {
  const stream = open({
    method: 'GET',
    url,
    headers: {},
    timeoutMs: WITHIN_MS,
    ...(proxy ? { agent: new HttpsProxyAgent({ proxy }) } : {}),
  });
  const { statusCode } = await beginning(stream);
  if (statusCode !== 200) throw new Error(`${url.host} answered ${statusCode}`);
  await pipeline(stream, createWriteStream(join(folder, 'archive.tar.gz')));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
