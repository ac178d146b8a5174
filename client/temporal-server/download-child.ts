/** Process of `download.ts`. Arguments: version, folder. Starting the server is how the SDK downloads it; it is stopped at once. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [version, downloadDir] = process.argv.slice(2);
if (version === undefined || downloadDir === undefined) throw new Error('Usage: download-child VERSION FOLDER');

try {
  const executable = { type: 'cached-download' as const, version: `v${version}`, downloadDir };
  await (await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } })).teardown();
} catch (error) {
  // One line for the person who waits; a stack of the SDK's insides helps nobody.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
