import { execFile, spawn } from 'node:child_process';
import { promisify, stripVTControlCharacters } from 'node:util';
import { eventually } from './eventually.js';

/** A program as a person has it in front of them: what is on the screen, and keys. */
export interface Terminal {
  /** Everything that was shown, once it has the text in it. */
  shows(text: string): Promise<string>;
  /** Keys, as a terminal sends them: `\r` is Enter, `\u0003` Ctrl-C. */
  type(keys: string): void;
  /** How the program ended, and everything that was shown. */
  ended: Promise<{ code: number; screen: string }>;
}

const WITHIN_MS = 30_000;

/** Whether this machine has the program that opens a terminal: util-linux's `script`. Other systems have another one of that name. */
export const hasTerminal = (): Promise<boolean> =>
  promisify(execFile)('script', ['--version']).then(
    ({ stdout }) => stdout.includes('util-linux'),
    () => false,
  );

/** Starts a program on a pseudo terminal of its own. */
export function onTerminal(argv: string[], env: Record<string, string>, cwd: string): Terminal {
  const words = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', words, '/dev/null'], { env, cwd });
  let shown = '';
  child.stdout.on('data', (data: Buffer) => (shown += data.toString()));
  const screen = (): string => stripVTControlCharacters(shown).replaceAll('\r\n', '\n');
  return {
    shows: (text) =>
      eventually(
        () => Promise.resolve(screen()),
        (seen) => seen.includes(text),
        WITHIN_MS,
      ),
    type: (keys) => void child.stdin.write(keys),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve({ code: code ?? -1, screen: screen() }));
    }),
  };
}
