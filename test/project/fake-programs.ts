import { chmod, mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A place of its own for one test: a folder for programs, which is the whole PATH, and an empty cache. */
export interface Machine {
  root: string;
  bin: string;
  cache: string;
  env: NodeJS.ProcessEnv;
}

/** A machine with nothing installed and no way to the outside: the proxy refuses every connection. */
export async function emptyMachine(): Promise<Machine> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'machine-')));
  const [bin, cache] = [join(root, 'bin'), join(root, 'cache')];
  await mkdir(bin);
  return {
    root,
    bin,
    cache,
    env: { PATH: bin, HOME: root, TMPDIR: root, XDG_CACHE_HOME: cache, HTTPS_PROXY: 'http://127.0.0.1:1' },
  };
}

/** Writes an executable Node program (Node is named in full, as the PATH may be empty). */
export async function program(file: string, code: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!${process.execPath}\n${code}\n`);
  await chmod(file, 0o755);
  return file;
}

const sayVersion = (version: string): string => `console.log('temporal version ${version} (fake)');`;

/** What calls itself the Temporal CLI. */
export const temporalCli = (file: string, version = '0.0.1'): Promise<string> => program(file, sayVersion(version));

/** A Go toolchain that "builds" the CLI slowly and keeps a list of its calls in `go.log` next to it. */
export async function goToolchain({ bin }: Machine): Promise<() => Promise<string[]>> {
  const log = join(bin, 'go.log');
  await program(
    join(bin, 'go'),
    `const { appendFileSync, writeFileSync } = require('node:fs');
     const args = process.argv.slice(2);
     appendFileSync(${JSON.stringify(log)}, args.join(' ') + '\\n');
     if (args[0] === 'build') setTimeout(() => {
       const output = args[args.indexOf('-o') + 1];
       writeFileSync(output, ${JSON.stringify(`#!${process.execPath}\n${sayVersion('0.0.2')}`)}, { mode: 0o755 });
     }, 500);`,
  );
  return async () => (await readFile(log, 'utf8')).trim().split('\n');
}

/** A proxy that takes connections and never says a word. */
export async function silentProxy(): Promise<{ url: string; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
