import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { checkExecutable } from '../../client/temporal-server/checks.js';
import { buildGoTool, type GoTool } from '../../client/temporal-server/go-tool.js';
import { keptProgram } from '../../client/temporal-server/kept-program.js';
import { firstThatWorks, toStandardError } from '../../client/temporal-server/ways.js';

const VERSION = '5.6.0';

const DOCKER_COMPOSE: GoTool = {
  name: 'docker-compose',
  package: 'github.com/docker/compose/v5/cmd',
  version: `v${VERSION}`,
  about: 'about a minute',
};

/** The real docker-compose, which checks a file without a Docker daemon; built from its Go module where the cache has none. */
export function findDockerCompose(): Promise<string> {
  const kept = keptProgram(
    { name: `docker-compose-${VERSION}`, file: 'docker-compose', check: checkExecutable },
    process.env,
    toStandardError,
  );
  const build = kept.by('Go build', (file) => buildGoTool(DOCKER_COMPOSE, file, process.env, toStandardError));
  const advice = 'Install Go 1.26 or later (https://go.dev/dl) to have it built.';
  return firstThatWorks({ what: 'docker-compose', advice }, [kept.way, build], toStandardError);
}

/** Runs it; `stderr` is part of the result, because a warning counts as much as an error. */
export async function dockerCompose(path: string, args: string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  // Nothing of the person's own settings: Compose takes variables from the environment before it looks into the file.
  return promisify(execFile)(path, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
}
