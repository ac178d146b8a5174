import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';
import type { Say } from './ways.js';

/** A program that is built from its published Go module. */
export interface GoTool {
  /** As people call it. */
  name: string;
  /** Import path of the main package. */
  package: string;
  version: string;
  /** Modules that take the place of others, as `go mod edit -replace` takes them. */
  replace?: readonly string[];
  ldflags?: string;
  /** How long it takes where nothing is cached, for the line that announces it. */
  about: string;
}

const PROGRESS_EVERY_MS = 15_000;
const BUILD_LIMIT_MS = 25 * 60_000;

/** Builds the program and writes it to `output`. The modules and the compiler's results go to Go's own caches; nothing else is left behind. */
export async function buildGoTool(tool: GoTool, output: string, env: NodeJS.ProcessEnv, say: Say): Promise<void> {
  say(`Building ${tool.name} ${tool.version} with the Go toolchain (once on this machine, ${tool.about}).`);
  const cwd = await mkdtemp(join(tmpdir(), 'go-tool-'));
  const progress = reportProgress(tool.name, say);
  const go = (...args: string[]): Promise<void> =>
    run('go', args, { cwd, env: goEnvironment(env), onLine: progress.onLine, signal: AbortSignal.timeout(BUILD_LIMIT_MS) });
  try {
    await go('mod', 'init', 'tool-build');
    for (const replacement of tool.replace ?? []) await go('mod', 'edit', `-replace=${replacement}`);
    progress.phase('fetching modules');
    await go('get', `${tool.package}@${tool.version}`);
    progress.phase('compiling packages');
    await go('build', '-v', '-o', output, '-ldflags', `-s -w ${tool.ldflags ?? ''}`, tool.package);
    say(`${tool.name}: built in ${progress.seconds()} s.`);
  } finally {
    progress.stop();
    await rm(cwd, { recursive: true, force: true });
  }
}

/** A person's own Go settings may not change what is built, nor leave the modules' sums unchecked. */
function goEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, CGO_ENABLED: '0', GO111MODULE: 'on', GOWORK: 'off', GOFLAGS: '-mod=mod', ...CHECKED };
}

const CHECKED = { GONOSUMDB: '', GOINSECURE: '', GOPRIVATE: '' };

/** Says every few seconds how long it has taken and how far it is; Go prints a line per module and per package. */
function reportProgress(name: string, say: Say) {
  const startedAt = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000);
  let phase = 'starting';
  let lines = 0;
  const timer = setInterval(() => say(`${name}: ${seconds()} s, ${phase} (${lines})`), PROGRESS_EVERY_MS);
  return {
    seconds,
    phase: (next: string): void => {
      phase = next;
      lines = 0;
    },
    onLine: (): void => {
      lines += 1;
    },
    stop: (): void => clearInterval(timer),
  };
}
