import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { hasCode } from '../../shared/files.js';

/** A child process with readable output. */
export type GuardedProcess = ChildProcessByStdio<null, Readable, Readable>;

export interface SpawnOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Starts a process that does not outlive this one, however this one ends: a second, tiny process holds the other end of a pipe and ends
 * the first one when the pipe closes, which the kernel does even after `kill -9`.
 *
 * The process gets its own group: Ctrl-C in a terminal reaches only us, so that we decide in which order things stop.
 */
export function spawnGuarded(command: string, args: readonly string[], options: SpawnOptions = {}): GuardedProcess {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { pid } = child;
  if (pid === undefined) return child; // Could not be started: 'error' is emitted.
  const guard = startGuard(pid);
  const killUnguarded = (): void => signalGroup(pid, 'SIGKILL');
  guard.once('error', killUnguarded).once('exit', killUnguarded);
  child.once('exit', () => guard.off('exit', killUnguarded).kill('SIGKILL'));
  return child;
}

/** Sends a signal to a guarded process and to everything it has started. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(groupOf(pid), signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** Windows has no process groups; there the process alone is meant. */
const groupOf = (pid: number): number => (process.platform === 'win32' ? pid : -pid);

const GUARD_PROGRAM = `
  const send = (signal) => { try { process.kill(Number(process.argv[1]), signal); } catch { process.exit(); } };
  process.stdin.resume().on('close', () => { send('SIGTERM'); setTimeout(() => send('SIGKILL'), 3000); });
`;

function startGuard(pid: number): ChildProcess {
  const guard = spawn(process.execPath, ['--eval', GUARD_PROGRAM, '--', String(groupOf(pid))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {},
  });
  guard.stdin.on('error', () => undefined); // The guard went first, which is how it ends normally.
  guard.unref();
  return guard;
}
