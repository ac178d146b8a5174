import { messageAsCalled, calledFor } from '../terminal/called.js';
import { Option, type Command } from 'commander';
import { json } from './arguments.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';

/** Commands about brokers, and the option by which every other command is told which one is meant. */

export const brokerOption = (): Option =>
  new Option(
    '--broker <name>',
    'the broker whose settings file to use, brokers/NAME.env (default: the environment and .env)',
  ).argParser((name: string, before: string | undefined) => onlyOne(before, name));

function onlyOne(before: string | undefined, name: string): string {
  if (before === undefined || before === name) return name;
  throw new CommandError(EXIT.usage, `--broker names two: ${before} and ${name}. Name one.`);
}

/** Before a command begins: its settings become those of the broker that the command line names, before or behind the command. */
export async function useBroker(context: Context, action: Command): Promise<void> {
  let name: string | undefined;
  for (let command: Command | null = action; command !== null; command = command.parent) {
    const { broker } = command.opts<{ broker?: string }>();
    if (broker !== undefined) name = onlyOne(name, broker);
  }
  if (name === undefined) return;
  const { environmentOf, findProfile, UnknownBroker } = await import('../../shared/brokers/profiles.js');
  try {
    context.broker = findProfile(context.environment, name);
    context.environment = environmentOf(context.broker, context.environment);
    calledFor(name);
  } catch (error) {
    throw error instanceof UnknownBroker ? new CommandError(EXIT.usage, messageAsCalled(error.message)) : error;
  }
}

export function addBrokers(program: Command, context: Context, run: (work: Promise<ExitCode>) => Promise<void>): void {
  const load = () => import('../commands/brokers/index.js');
  const brokers = program.command('brokers').description('manage many brokers, each with a settings file, brokers/NAME.env');
  brokers
    .command('list')
    .description('list every broker: mode, schedule, last run, and how many customers wait')
    .addOption(json())
    .action(async (options: { json: boolean }) => run((await load()).listBrokers(context, options)));
  brokers
    .command('add')
    .description('write a settings file to fill in, readable only by this user')
    .argument('<name>', 'its label, BILLING_BROKER: part of ids, queues and keys; it can never be changed')
    .action(async (name: string) => run((await load()).addBroker(context, { name })));
  brokers
    .command('check')
    .description(
      'check settings and both log-ins of each broker, one line each; ends with 78 if settings are wrong, 3 if a vendor refuses',
    )
    .argument('[name...]', 'only these brokers (default: all)')
    .addOption(json())
    .action(async (names: string[], options: { json: boolean }) =>
      run((await load()).checkBrokers(context, { names, ...options })),
    );
  brokers
    .command('remove')
    .description(
      'show what ends with a broker; --write pauses its schedule and moves its file aside, unless an open run needs it',
    )
    .argument('<name>', 'the broker')
    .option('--write', 'do it', false)
    .action(async (name: string, options: { write: boolean }) => run((await load()).removeBroker(context, { name, ...options })));
}
