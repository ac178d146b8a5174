import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

/** The workflows as one file: made at build time, so that what was tested is what runs and a worker is ready at once. */

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Beside the compiled worker: from `npm run build`, or from this checkout's first worker. */
export const BUILT_BUNDLE = here('../workflow-bundle.js');

/** Source or compiled, whichever this file is. */
const isSource = import.meta.url.endsWith('.ts');

const makeBundle = (): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: here(isSource ? '../workflows/index.ts' : '../workflows/index.js'),
    logger: new DefaultLogger('ERROR'),
  });

/** Writes the bundle to a file, whole or not at all, and answers its path. */
export async function writeBundle(path: string): Promise<string> {
  const { code } = await makeBundle();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.${process.pid}`, code);
  await rename(`${path}.${process.pid}`, path);
  return path;
}

/** The built bundle where there is one, else one made now; kept beside compiled code, which never changes. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  if (isSource) return makeBundle();
  try {
    await access(BUILT_BUNDLE);
    return { codePath: BUILT_BUNDLE };
  } catch {
    return { codePath: await writeBundle(BUILT_BUNDLE) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle(BUILT_BUNDLE);
