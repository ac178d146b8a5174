import { us } from '../terminal/called.js';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import type { Context } from '../context.js';
import { ended } from '../ended.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { withTemporal } from '../temporal/connection.js';
import { evidenceSource } from '../web/evidence-source.js';
import { createWeb } from '../web/server.js';
import { webSettings } from '../../shared/web-settings.js';
import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN, readUsers, saveUser, type Role } from '../web/users.js';

/** The page for finance, until Ctrl-C or a signal. */
export async function web(context: Context, { port }: { port?: number | undefined }): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const settings = webSettings(context.environment);
  if (settings.proxy === null && (await readUsers(settings.users)).length === 0)
    throw new CommandError(
      EXIT.configuration,
      `${settings.users} has no users, so nobody could log in. Add one with: ${us()} web user add NAME --role approve`,
    );
  const evidence = openEvidence(config.evidence, config);
  try {
    await withTemporal(context.environment, async (temporal) => {
      const app = await createWeb(evidenceSource(config, evidence, temporal, context.environment), settings);
      const address = await app.listen({ host: settings.host, port: port ?? settings.port });
      context.say(`The page for finance: ${settings.url ?? address}`);
      await ended();
      await app.close();
    });
  } finally {
    await evidence.close();
  }
  return EXIT.done;
}

/** Adds a user of the page, or gives one another password and role. The password is asked for, or read from standard input. */
export async function addWebUser(context: Context, { name, role }: { name: string; role: Role }): Promise<ExitCode> {
  const { users } = webSettings(context.environment);
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > NAME_LENGTH_MAX)
    throw new CommandError(EXIT.usage, `Expected a name of at most ${NAME_LENGTH_MAX} characters.`);
  const password = await readPassword(context);
  if (password.length < PASSWORD_LENGTH_MIN || password.length > PASSWORD_LENGTH_MAX)
    throw new CommandError(
      EXIT.usage,
      `Expected a password of ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters on standard input, found ${password.length}.`,
    );
  await saveUser(users, { name: trimmed, role }, password);
  context.out(`${trimmed} may ${role === 'approve' ? 'see and decide' : 'see'}; kept in ${users}.`);
  return EXIT.done;
}

/** The first line of standard input; on a terminal what is typed is not shown. */
async function readPassword(context: Context): Promise<string> {
  const { isTerminal } = context;
  if (isTerminal) context.say('Password (not shown), then Enter:');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, terminal: isTerminal, ...(isTerminal ? { output: nowhere } : {}) });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
