import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './run.js';
import { TEST_SERVER_VERSION } from './versions.js';
import type { Say } from './ways.js';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>billing</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${TEST_SERVER_VERSION}</version></dependency>
    <!-- Without a logger at its side the server starts every run with a complaint about that. -->
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/** The SDK gives the server five seconds to start, also on a busy machine: these flags are for a short life. */
const SCRIPT = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"
`;

const LIMIT_MS = 10 * 60_000;

/** Collects the test server and what it needs from Maven artifacts next to `script`, and writes that script, which starts it. */
export async function assembleTestServer(script: string, env: NodeJS.ProcessEnv, say: Say): Promise<void> {
  const folder = dirname(script);
  say(`Collecting the time-skipping server ${TEST_SERVER_VERSION} with Maven (once on this machine, about 10 seconds).`);
  await run('java', ['-version'], { env });
  await writeFile(join(folder, 'pom.xml'), POM);
  await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], {
    cwd: folder,
    env,
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  await writeFile(script, SCRIPT, { mode: 0o755 });
}
