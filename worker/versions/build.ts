import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { VERSION } from '../../shared/version.js';

/** Names folders of the machine, and changes nothing. */
const SOURCE_MAP = /^\/\/# sourceMappingURL=.*$/gm;

/** What a worker calls its version: the package's, and a digest of the workflows, so that code that differs never goes by one name. */
export async function buildIdOf(bundle: WorkflowBundleOption): Promise<string> {
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
  return `${VERSION}-${createHash('sha256').update(code.replaceAll(SOURCE_MAP, '')).digest('hex').slice(0, 8)}`;
}
