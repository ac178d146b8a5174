/** Process of `download.ts`. Arguments: server, version, folder. Starting the server is how the SDK downloads it; it is stopped at once. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [server, version, downloadDir] = process.argv.slice(2);
if (server === undefined || version === undefined || downloadDir === undefined)
  throw new Error('Usage: download-child SERVER VERSION FOLDER');

const options = { server: { executable: { type: 'cached-download' as const, version: `v${version}`, downloadDir } } };
try {
  const environment = await (server === 'dev-server'
    ? TestWorkflowEnvironment.createLocal(options)
    : TestWorkflowEnvironment.createTimeSkipping(options));
  await environment.teardown();
} catch (error) {
  // One line for the person who waits; a stack of the SDK's insides helps nobody.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
