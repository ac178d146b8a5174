import { readFile } from 'node:fs/promises';
import { startSandbox } from '../sandbox/index.js';
import { peakMb } from './processes.js';
import type { Memory, SandboxOptions, Started } from './sandbox-process.js';

/** What `startSandboxProcess` runs. */

interface WorldFile {
  ticking?: boolean;
  autotask: { behaviour?: object };
}

const { worldPath, behaviour, ticking } = JSON.parse(process.argv[2]!) as SandboxOptions;
const started = performance.now();
const sandbox = await startSandbox({ world: await loadWorld() });
const loadSeconds = (performance.now() - started) / 1000;
process.send!({ url: sandbox.url, env: sandbox.env(), loadSeconds } satisfies Started);
process.on('message', () => {
  const { rss } = process.memoryUsage();
  process.send!({ resident: rss / 2 ** 20, peak: peakMb() } satisfies Memory);
});
process.on('disconnect', () => process.exit());

async function loadWorld(): Promise<WorldFile> {
  const world = JSON.parse(await readFile(worldPath, 'utf8')) as WorldFile;
  return {
    ...world,
    ...(ticking === undefined ? {} : { ticking }),
    autotask: { ...world.autotask, behaviour: { ...world.autotask.behaviour, ...behaviour } },
  };
}
