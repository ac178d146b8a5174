import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { controlSandbox } from './control-sandbox.js';

/** The sandbox in a process of its own, so that it takes no time and no memory from what is measured. */
export interface SandboxProcess {
  pid: number;
  url: string;
  env: Record<string, string>;
  loadSeconds: number;
  memory(): Promise<Memory>;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** In MB. */
export interface Memory {
  resident: number;
  peak: number;
}

export interface SandboxOptions {
  worldPath: string;
  /** Put over the world's own: behaviour of Autotask, the clock. */
  behaviour?: Record<string, unknown>;
  ticking?: boolean;
}

export interface Started {
  url: string;
  env: Record<string, string>;
  loadSeconds: number;
}

const PROGRAM = fileURLToPath(new URL('./sandbox-program.ts', import.meta.url));

export async function startSandboxProcess(options: SandboxOptions): Promise<SandboxProcess> {
  const child = fork(PROGRAM, [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx', '--max-old-space-size=4096'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { url, env, loadSeconds } = (await answerOf(child)) as Started;
  return {
    pid: child.pid!,
    url,
    env,
    loadSeconds,
    memory: async () => {
      child.send('memory');
      return (await answerOf(child)) as Memory;
    },
    control: (method, path, body) => controlSandbox(url, method, path, body),
    close: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The sandbox's process ended with ${String(code)}.`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  ended.catch(() => undefined);
  return answer;
}
