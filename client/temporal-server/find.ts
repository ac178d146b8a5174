import { checkAnswers, checkExecutable, checkTemporalCli, findOnPath } from './checks.js';
import { downloadCli, downloadTestServer } from './download.js';
import { buildGoTool, type GoTool } from './go-tool.js';
import { keptProgram, type Check } from './kept-program.js';
import { assembleTestServer } from './maven.js';
import { TEMPORAL_CLIEXT_VERSION, TEMPORAL_CLI_VERSION, TEST_SERVER_VERSION } from './versions.js';
import { firstThatWorks, toStandardError, type Say, type Way } from './ways.js';

export interface FindOptions {
  env?: NodeJS.ProcessEnv;
  say?: Say;
}

/** A server that runs already, or the program that starts one. */
export type TemporalServer = { kind: 'address'; address: string } | { kind: 'executable'; path: string };

const DEV_SERVER = {
  what: 'Temporal dev server',
  advice:
    'Any one of these helps: install the Temporal CLI (https://docs.temporal.io/cli), so that `temporal` is on the PATH or TEMPORAL_CLI_PATH ' +
    'names it; install Go 1.26 or later (https://go.dev/dl) to have it built; or name a running server in TEMPORAL_ADDRESS.',
};

const TEST_SERVER = {
  what: 'time-skipping Temporal server',
  advice:
    'Any one of these helps: name a Temporal test server in TEMPORAL_TEST_SERVER_PATH; or install Java and Maven to have it assembled.',
};

export const TEMPORAL_CLI = {
  name: 'Temporal CLI',
  package: 'github.com/temporalio/cli/cmd/temporal',
  version: `v${TEMPORAL_CLI_VERSION}`,
  replace: [`github.com/temporalio/cli/cliext=github.com/temporalio/cli/cliext@${TEMPORAL_CLIEXT_VERSION}`],
  ldflags: `-X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_CLI_VERSION}`,
  about: 'about 4 minutes on two cores',
} satisfies GoTool;

/** Finds, downloads or builds the Temporal server for demo, tests and laptops: the first way that works. */
export async function findTemporalServer({
  env = process.env,
  say = toStandardError,
}: FindOptions = {}): Promise<TemporalServer> {
  const executable = (way: Way<string>): Way<TemporalServer> => ({
    name: way.name,
    attempt: async () => {
      const path = await way.attempt();
      return path === undefined ? undefined : { kind: 'executable', path };
    },
  });
  const kept = keptProgram({ name: `temporal-${TEMPORAL_CLI_VERSION}`, file: 'temporal', check: checkTemporalCli }, env, say);
  return firstThatWorks(
    DEV_SERVER,
    [
      { name: 'TEMPORAL_ADDRESS', attempt: () => givenAddress(env.TEMPORAL_ADDRESS) },
      executable({ name: 'TEMPORAL_CLI_PATH', attempt: () => givenProgram(env.TEMPORAL_CLI_PATH, checkTemporalCli) }),
      executable({
        name: '`temporal` on the PATH',
        attempt: async () => givenProgram(await findOnPath('temporal', env), checkTemporalCli),
      }),
      executable(kept.way),
      executable(
        kept.by('download', (file) => {
          say(`Downloading Temporal CLI ${TEMPORAL_CLI_VERSION}.`);
          return downloadCli({ version: TEMPORAL_CLI_VERSION, output: file, env });
        }),
      ),
      executable(kept.by('Go build', (file) => buildGoTool(TEMPORAL_CLI, file, env, say))),
    ],
    say,
  );
}

/** Finds, downloads or puts together the server that skips time, for tests. It takes a port as its argument. */
export async function findTestServer({ env = process.env, say = toStandardError }: FindOptions = {}): Promise<string> {
  const kept = keptProgram(
    { name: `temporal-test-server-${TEST_SERVER_VERSION}`, file: 'temporal-test-server', check: checkExecutable },
    env,
    say,
  );
  return firstThatWorks(
    TEST_SERVER,
    [
      { name: 'TEMPORAL_TEST_SERVER_PATH', attempt: () => givenProgram(env.TEMPORAL_TEST_SERVER_PATH, checkExecutable) },
      kept.way,
      kept.by('download', (file) => {
        say(`Downloading the time-skipping server ${TEST_SERVER_VERSION}.`);
        return downloadTestServer({ version: TEST_SERVER_VERSION, output: file, env });
      }),
      kept.by('Maven', (file) => assembleTestServer(file, env, say)),
    ],
    say,
  );
}

async function givenAddress(address: string | undefined): Promise<TemporalServer | undefined> {
  if (!address) return undefined;
  await checkAnswers(address);
  return { kind: 'address', address };
}

async function givenProgram(path: string | undefined, check: Check): Promise<string | undefined> {
  if (!path) return undefined;
  await check(path);
  return path;
}
