import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAILURES_PATH } from '../shared/encryption/converter.js';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

/** The workflows as one file: made at build time, so that what was tested is what runs and a worker is ready at once. */

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Messages of failures are turned into payloads within the workflows, so those that encrypt them are another bundle. */
export type Failures = 'plain' | 'encrypted';

/** Beside the compiled worker: from `npm run build`, or from this checkout's first worker. */
export const BUILT_BUNDLE: Record<Failures, string> = {
  plain: here('../workflow-bundle.js'),
  encrypted: here('../workflow-bundle-encrypted.js'),
};

/** Source or compiled, whichever this file is. */
const isSource = import.meta.url.endsWith('.ts');

const makeBundle = (failures: Failures): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: here(isSource ? '../workflows/index.ts' : '../workflows/index.js'),
    logger: new DefaultLogger('ERROR'),
    ...(failures === 'encrypted' ? { failureConverterPath: FAILURES_PATH } : {}),
  });

/** Writes the bundle to a file, whole or not at all, and answers its path. */
export async function writeBundle(path: string, failures: Failures = 'plain'): Promise<string> {
  const { code } = await makeBundle(failures);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.${process.pid}`, code);
  await rename(`${path}.${process.pid}`, path);
  return path;
}

const known = new Map<Failures, Promise<WorkflowBundleOption>>();

/** The built bundle where there is one, else one made now; kept beside compiled code, which never changes. Made once for all workers of the process. */
export function workflowBundle(failures: Failures = 'plain'): Promise<WorkflowBundleOption> {
  const made = known.get(failures) ?? findOrMake(failures);
  known.set(failures, made);
  made.catch(() => known.delete(failures));
  return made;
}

async function findOrMake(failures: Failures): Promise<WorkflowBundleOption> {
  if (isSource) return makeBundle(failures);
  const path = BUILT_BUNDLE[failures];
  try {
    await access(path);
    return { codePath: path };
  } catch {
    return { codePath: await writeBundle(path, failures) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const failures of ['plain', 'encrypted'] as const) await writeBundle(BUILT_BUNDLE[failures], failures);
