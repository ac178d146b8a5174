/**
 * What all test files share: one Temporal dev server, one bundle of the workflows, the way to the server that skips time. Handed on through
 * process.env, which is all that Jest passes to its workers: TEST_TEMPORAL_ADDRESS, TEST_TEMPORAL_CLI, TEST_TIME_SKIPPING_SERVER,
 * TEST_WORKFLOW_BUNDLE and TEST_IMAGE_FOLDER. A server named in TEST_TEMPORAL_ADDRESS is used as it is.
 */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporalServer, findTestServer, startDevServer } from '../client/temporal-server/index.js';

type TearDown = () => Promise<void>;

/** Prepares everything at the same time; what was started is stopped again when a part fails. */
export async function setUp(): Promise<TearDown> {
  setSettingsAside();
  const giveMemoryBack = await workInMemory();
  const parts = await Promise.allSettled([offerDevServer(), offerTestServer(), offerWorkflowBundle(), offerImageFolder()]);
  const tearDown = async (): Promise<void> => {
    await Promise.all(parts.map((part) => (part.status === 'fulfilled' ? part.value() : nothingToStop())));
    await giveMemoryBack();
  };
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed === undefined) return tearDown;
  await tearDown();
  throw failed.reason;
}

const nothingToStop: TearDown = () => Promise.resolve();

/** Settings of the person who runs the tests. No test may reach their Temporal, or anybody's Cloudmore or Autotask. */
const FOREIGN_SETTINGS = /^(TEMPORAL|CLOUDMORE|AUTOTASK|BILLING|NOTICE)_/;
const WAYS_TO_SERVERS = ['TEMPORAL_CLI_PATH', 'TEMPORAL_TEST_SERVER_PATH'];

function setSettingsAside(): void {
  for (const name of Object.keys(process.env)) {
    if (FOREIGN_SETTINGS.test(name) && !WAYS_TO_SERVERS.includes(name)) delete process.env[name];
  }
}

const MEMORY_DISK = '/dev/shm';
const MEMORY_FOLDER = /^billing-tests-(\d+)$/;
const MEMORY_NEEDED = 4 * 2 ** 30;
/** A process of a run that was killed may still write there. */
const GONE = { recursive: true, force: true, maxRetries: 20, retryDelay: 250 };

/**
 * Temporary files lie in memory where there is room: most of them are evidence, of which every request that a test makes writes some, and a disk takes longer
 * than everything else that the request costs. What a run left there that was killed is taken away by the next one.
 */
async function workInMemory(): Promise<TearDown> {
  const disk = await statfs(MEMORY_DISK).catch(() => null);
  if (disk === null || disk.bavail * disk.bsize < MEMORY_NEEDED) return nothingToStop;
  for (const name of await readdir(MEMORY_DISK)) {
    const [, pid] = MEMORY_FOLDER.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await rm(join(MEMORY_DISK, name), GONE);
  }
  const folder = join(MEMORY_DISK, `billing-tests-${process.pid}`);
  // Programs that run as other users, such as PostgreSQL, have folders in it.
  await mkdir(folder, { recursive: true, mode: 0o755 });
  process.env.TMPDIR = folder;
  return () => rm(folder, GONE);
}

async function offerDevServer(): Promise<TearDown> {
  if (process.env.TEST_TEMPORAL_ADDRESS) return nothingToStop;
  const server = await findTemporalServer();
  if (server.kind !== 'executable') throw new Error('Tests start their own Temporal server.');
  const { address, stop } = await startDevServer({ path: server.path });
  process.env.TEST_TEMPORAL_ADDRESS = address;
  process.env.TEST_TEMPORAL_CLI = server.path;
  return stop;
}

/** Few tests need it: they fail without it, the others run. Without a dev server nothing runs, so that none falls back to port 7233. */
async function offerTestServer(): Promise<TearDown> {
  try {
    process.env.TEST_TIME_SKIPPING_SERVER = await findTestServer();
  } catch (error) {
    process.stderr.write(`${String(error)}\nTests that skip time will fail.\n`);
  }
  return nothingToStop;
}

async function offerWorkflowBundle(): Promise<TearDown> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  if (!existsSync(workflowsPath)) return nothingToStop;
  const folder = await mkdtemp(join(tmpdir(), 'workflow-bundle-'));
  const workflowInterceptorModules = [fileURLToPath(new URL('../workflows/misnamed.ts', import.meta.url))];
  const { code } = await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, logger: new DefaultLogger('WARN') });
  process.env.TEST_WORKFLOW_BUNDLE = join(folder, 'workflow-bundle.js');
  await writeFile(process.env.TEST_WORKFLOW_BUNDLE, code);
  return () => rm(folder, GONE);
}

/** Where the first file that needs the image builds it (`project/image.ts`). */
async function offerImageFolder(): Promise<TearDown> {
  const folder = await mkdtemp(join(tmpdir(), 'image-of-this-run-'));
  process.env.TEST_IMAGE_FOLDER = folder;
  return () => rm(folder, GONE);
}
