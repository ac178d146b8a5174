import { AsyncLocalStorage } from 'node:async_hooks';
import { command, type Command } from '../../shared/billing/basics/command.js';

/**
 * How the person called this program: what is advised is printed the same way, so that it can be copied as it stands. On the command line alone; a page, a
 * mail, a file or JSON is read by others, who have the program in a way of their own: there it is `billing`.
 */
interface Called {
  /** "npx billing". */
  program: string;
  /** What `--broker` named. */
  broker: string | null;
}

export const NAME = 'billing';
/** A path that needs no quotes in a shell. */
const A_PATH = /^[\w./-]{1,200}\/billing$/;
const store = new AsyncLocalStorage<Called>();

/** What `./billing` says of itself, or npm of how it was asked to start this process (`npm_lifecycle_event`); without either the program is on the path. */
export function programOf({ CALLED_AS: called, npm_lifecycle_event: event }: Record<string, string | undefined>): string {
  if (called !== undefined && A_PATH.test(called)) return called;
  if (event === 'npx' || event === 'demo') return `npx ${NAME}`;
  return event === NAME ? `npm run ${NAME} --` : NAME;
}

/** Within `work`, commands are advised for the program that is called so; within that of another one, as there. */
export const calledAs = <Answer>(program: string, work: () => Answer): Answer =>
  store.getStore() === undefined ? store.run({ program, broker: null }, work) : work();

/** From here on they name the broker, too. */
export function calledFor(broker: string): void {
  const called = store.getStore();
  if (called !== undefined) called.broker = broker;
}

/** What a command begins with: "billing", "npx billing --broker north". */
export function us(): string {
  const { program, broker } = store.getStore() ?? { program: NAME, broker: null };
  return broker === null ? program : `${program} --broker ${broker}`;
}

/** A command of ours as this person would type it; another program's as it stands. One that names a broker keeps it. */
export function asCalled(advised: Command | string): string {
  if (!advised.startsWith(`${NAME} `)) return advised;
  const begins = advised.startsWith(`${NAME} --broker `) ? (store.getStore()?.program ?? NAME) : us();
  return begins + advised.slice(NAME.length);
}

/** The command as this person would type it. */
export const hint = (...words: string[]): string => asCalled(command(...words));

/** A message of ours that names no customer and quotes no vendor: its commands as this person would type them. */
export const messageAsCalled = (message: string): string =>
  message.replace(/(?<=[:(\n;,"`] ?|with |^)billing (?=[a-z-]+)/g, () => `${us()} `);
