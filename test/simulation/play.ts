import { build, type Plugin } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { changed } from '../changed.js';
import type { Variant } from './variants.js';
import type { Workload } from './workloads.js';

export interface Month {
  seed: number;
  workload: Workload;
}

/** A job in a process of its own: which months it plays, and with which product. */
export interface Order {
  /** Every `step`-th seed of the workload from the first on, or the months that are named. */
  first: number;
  step: number;
  count: number;
  workload: Workload;
  months?: Month[];
  /** Whether the cells of the matrix are played instead of seeds. */
  matrix: boolean;
  show: boolean;
  /** Whether the first month that is not ok ends the job. */
  stops: boolean;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STAND_IN = join(ROOT, 'test/simulation/temporal/workflow.ts');
/** Next to the libraries, which it finds from there. */
const KEPT = join(ROOT, 'node_modules/.cache/simulation');

/** Plays the order, with the product or a wrong variant of it, and hands over each line that the job says. Throws where the job fails. */
export async function playJob(
  order: Order,
  variant: Variant | null,
  line: (text: string) => void,
  stopped?: AbortSignal,
): Promise<void> {
  mkdirSync(KEPT, { recursive: true });
  const folder = await mkdtemp(join(KEPT, 'job-'));
  try {
    const child = spawn(process.execPath, ['--enable-source-maps', await compiledJob(folder, variant), JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(stopped === undefined ? {} : { signal: stopped, killSignal: 'SIGKILL' as const }),
    });
    const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
    for await (const text of createInterface({ input: child.stdout })) line(text);
    const code = await ended;
    if (code !== 0) throw new Error(`The job ended with ${code}: what it said stands above`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Job and product in one file, which loads in a third of the time that hundreds take, and a wrong variant is 27 processes of the tests. */
async function compiledJob(folder: string, variant: Variant | null): Promise<string> {
  const outfile = join(folder, 'job.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'test/simulation/job.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [inPlace(variant)],
  });
  return outfile;
}

/** Puts the simulated server in place of `@temporalio/workflow`, and changed files in place of the product's; each file knows where it is, as ever. */
const inPlace = (variant: Variant | null): Plugin => ({
  name: 'in place',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@temporalio\/workflow$/ }, ({ importer }) =>
      importer.startsWith(join(ROOT, 'workflows/')) ? { path: STAND_IN } : undefined,
    );
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const changes = [variant, ...(variant?.also ?? [])].flatMap((one) =>
        one && path === join(ROOT, one.file) ? one.changes : [],
      );
      const source = changes.reduce((text, change) => changed(text, change, path), await readFile(path, 'utf8'));
      return { loader: 'ts', contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)) };
    });
  },
});
