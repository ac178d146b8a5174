import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAILURES_PATH } from '../shared/encryption/converter.js';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

/** The workflows as one file: made at build time, so that what was tested is what runs and a worker is ready at once. */

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What is loaded besides the workflows, and so makes another bundle. */
export interface BundleKind {
  /** Messages of failures are turned into payloads within the workflows. */
  isEncrypted: boolean;
  /** Each activity and child is told the trace it belongs to. */
  isTraced: boolean;
}

const PLAIN: BundleKind = { isEncrypted: false, isTraced: false };
const KINDS = [false, true].flatMap((isTraced) => [false, true].map((isEncrypted) => ({ isEncrypted, isTraced })));

const nameOf = ({ isEncrypted, isTraced }: BundleKind): string =>
  `workflow-bundle${isEncrypted ? '-encrypted' : ''}${isTraced ? '-traced' : ''}.js`;

/** Next to the compiled worker: from `npm run build`, or from this checkout's first worker. */
const builtBundle = (kind: BundleKind): string => here(`../${nameOf(kind)}`);

/** Source or compiled, whichever this file is. */
const isSource = import.meta.url.endsWith('.ts');

const misnamedPath = here(isSource ? '../workflows/misnamed.ts' : '../workflows/misnamed.js');

const makeBundle = ({ isEncrypted, isTraced }: BundleKind): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: here(isSource ? '../workflows/index.ts' : '../workflows/index.js'),
    logger: new DefaultLogger('ERROR'),
    ...(isEncrypted ? { failureConverterPath: FAILURES_PATH } : {}),
    workflowInterceptorModules: [misnamedPath, ...(isTraced ? [interceptorsPath()] : [])],
  });

/** The SDK's own, with the OpenTelemetry that runs within workflows. */
const interceptorsPath = (): string =>
  createRequire(import.meta.url).resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors');

/** Writes the bundle to a file, whole or not at all, and answers its path. */
export async function writeBundle(path: string, kind: BundleKind = PLAIN): Promise<string> {
  const { code } = await makeBundle(kind);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.${process.pid}`, code);
  await rename(`${path}.${process.pid}`, path);
  return path;
}

// eslint-disable-next-line no-restricted-syntax -- a bundle takes seconds to make and holds for the whole process
const known = new Map<string, Promise<WorkflowBundleOption>>();

/** The built bundle where there is one, else one made now; kept next to compiled code, which never changes. Made once for all workers of the process. */
export function workflowBundle(kind: BundleKind = PLAIN): Promise<WorkflowBundleOption> {
  const name = nameOf(kind);
  const made = known.get(name) ?? findOrMake(kind);
  known.set(name, made);
  made.catch(() => known.delete(name));
  return made;
}

async function findOrMake(kind: BundleKind): Promise<WorkflowBundleOption> {
  if (isSource) return makeBundle(kind);
  const path = builtBundle(kind);
  try {
    await access(path);
    return { codePath: path };
  } catch {
    return { codePath: await writeBundle(path, kind) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const kind of KINDS) await writeBundle(builtBundle(kind), kind);
