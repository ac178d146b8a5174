import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

/** The workflows as one file: made at build time, so that what was tested is what runs and a worker is ready at once. */

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Built beside the compiled worker (`npm run build`). */
export const BUILT_BUNDLE = here('../workflow-bundle.js');

/** Writes the bundle to a file and answers its path. */
export async function writeBundle(path: string): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath: workflowsPath(), logger: new DefaultLogger('ERROR') });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, code);
  return path;
}

/** The built bundle where there is one, else one made now. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  try {
    await access(BUILT_BUNDLE);
    return { codePath: BUILT_BUNDLE };
  } catch {
    return bundleWorkflowCode({ workflowsPath: workflowsPath(), logger: new DefaultLogger('ERROR') });
  }
}

/** Source or compiled, whichever this file is. */
const workflowsPath = (): string => here(import.meta.url.endsWith('.ts') ? '../workflows/index.ts' : '../workflows/index.js');

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle(BUILT_BUNDLE);
