import { us, messageAsCalled, calledAs, NAME, programOf } from './terminal/called.js';
import { Command, CommanderError, Option } from 'commander';
import { ConfigError } from '../shared/environment.js';
import { pathOf, whyNoFile } from '../shared/files.js';
import { realContext, SPEAKING, type Context } from './context.js';
import { MODES } from '../shared/modes.js';
import { actor, asOf, digest, full, json, month, organization } from './cli/arguments.js';
import { addBrokers, brokerOption, useBroker } from './cli/brokers.js';
import { addCompletion } from './cli/completion.js';
import { addDismiss } from './cli/dismiss.js';
import { addKeeping } from './cli/keeping.js';
import { addMonthEnd } from './cli/month-end.js';
import { addProcesses } from './cli/processes.js';
import { addSetUp } from './cli/set-up.js';
import { CommandError, EXIT, type ExitCode } from './terminal/exit.js';
import { VERSION } from '../shared/version.js';

/** `billing`: the table of contents. A command is loaded when it is used, so that help comes at once. */

/** Runs one command line; answers its exit code. Ends no process. Commands that it advises are named as the person called this program. */
export const main = (argv: string[], given?: Context): Promise<number> =>
  calledAs(given === undefined ? programOf(process.env) : NAME, () => runLine(argv, given));

async function runLine(argv: string[], given?: Context): Promise<number> {
  const result: { code: ExitCode } = { code: EXIT.done };
  let context: Context | undefined;
  try {
    context = { ...(given ?? realContext()) };
    const program = createProgram(context, (code) => (result.code = code));
    await program.parseAsync(knownAlone(program, argv), { from: 'user' });
    return result.code;
  } catch (error) {
    return explain(error, context ?? given ?? SPEAKING);
  }
}

/** Help about a command that there is not is a usage error, as the command itself is: a few lines, with the one that was meant. */
function knownAlone(program: Command, argv: string[]): string[] {
  const [first, second] = argv;
  const asked = first === 'help' ? second : first;
  if (asked === undefined || asked.startsWith('-') || asked === 'help') return argv;
  return program.commands.some((command) => command.name() === asked) ? argv : [asked];
}

function explain(error: unknown, context: Pick<Context, 'say' | 'broker'>): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof CommandError) {
    context.say(error.message);
    return error.code;
  }
  if (error instanceof ConfigError) {
    context.say(`${messageAsCalled(error.message)}\n${whereSettingsAre(context)}`);
    return EXIT.configuration;
  }
  const ofStore = ofStoreOrLabel(error);
  if (ofStore !== null) {
    context.say(messageAsCalled(ofStore.message));
    return ofStore.name === 'StoreUnavailable' ? EXIT.unreachable : EXIT.configuration;
  }
  const taken = whyNoPort(error);
  if (taken !== null) {
    context.say(taken);
    return EXIT.configuration;
  }
  const why = whyNoFile(error);
  if (why !== null) {
    context.say(`${pathOf(error)}: ${why}. Is it what BILLING_EVIDENCE or another setting names?`);
    return EXIT.configuration;
  }
  context.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  context.say('This is a bug. Please report it with the output above.');
  return EXIT.failed;
}

const NOT_LISTENING: Record<string, string> = {
  EADDRINUSE: 'another program listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user has no right to that port',
};

/** Why nobody can be heard at an address, with the settings that name one; null for what is no such error. */
function whyNoPort(error: unknown): string | null {
  const { code, syscall, address, port } = (error ?? {}) as Partial<Record<string, string | number>>;
  const why = NOT_LISTENING[String(code)];
  return syscall !== 'listen' || why === undefined
    ? null
    : `${address}:${port}: ${why} (${code}). Is it what BILLING_WEB_HOST, BILLING_WEB_PORT, BILLING_HTTP or --port names?`;
}

const whereSettingsAre = ({ broker }: Pick<Context, 'broker'>): string =>
  `Set them in ${broker?.file ?? 'the environment or in .env'} (.env.example explains each), then: ${us()} doctor`;

/** What the store or the settings forbid, in its own words, wherever they are wrapped; told by name, so that help needs no driver of a database. */
function ofStoreOrLabel(error: unknown): Error | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (
      ['StoreUnavailable', 'StoreRefused', 'LabelRefused', 'SettingsRefused', 'KeysUnreadable', 'KeyMissing'].includes(cause.name)
    )
      return cause;
  return null;
}

type Run = (work: Promise<ExitCode>) => Promise<void>;

function createProgram(context: Context, finish: (code: ExitCode) => void): Command {
  const run: Run = async (work) => finish(await work);
  const program = new Command('billing')
    .description('Bills what Cloudmore resold into Autotask: every row accounted for to the cent, safe to repeat, provable.')
    .configureOutput({ writeOut: (text) => context.out(text.trimEnd()), writeErr: (text) => context.say(text.trimEnd()) })
    .version(VERSION, '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError(`See: ${us()} help`)
    .helpCommand('help [command]', 'explain a command')
    .addOption(brokerOption())
    .hook('preAction', (_, action) => useBroker(context, action));
  program.commandsGroup('Look:');
  addReading(program, context, run);
  addMonthEnd(program, context, run);
  addExplain(program, context, run);
  addLog(program, context, run);
  program.commandsGroup('Bill:');
  addSteering(program, context, run);
  addDismiss(program, context, run);
  program.commandsGroup('Set up:');
  addSetUp(program, context, run);
  program.commandsGroup('Run:');
  addProcesses(program, context, run);
  addKeeping(program, context, run);
  addBrokers(program, context, run);
  for (const command of program.commands) inherit(command, program);
  program.commandsGroup('Set up:');
  addCompletion(program, context);
  return program;
}

/** A usage error is a few lines: what is wrong, and where the whole help is. */
function inherit(command: Command, program: Command): void {
  command.copyInheritedSettings(program);
  command.showHelpAfterError(`See: ${pathTo(command)} --help`).addOption(brokerOption());
  for (const child of command.commands) inherit(child, program);
}

/** "billing schedule apply" */
const pathTo = (command: Command): string => (command.parent ? `${pathTo(command.parent)} ${command.name()}` : us());

// ---------------------------------------------------------------------------------------------------------------- looking

function addReading(program: Command, context: Context, run: Run): void {
  program
    .command('plan')
    .description('show what a run would do; writes nothing')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(organization())
    .addOption(asOf())
    .option('--out <file>', 'keep the plan as JSON, for `billing approve --plan`')
    .option('--html <file>', "show it as the customers' invoice lines")
    .option('--detailed-exitcode', 'end with 2 when changes are pending', false)
    .addOption(full())
    .addOption(json())
    .action(
      async (
        of: string,
        options: {
          organization: string[];
          asOf?: string;
          out?: string;
          html?: string;
          detailedExitcode: boolean;
          full: boolean;
          json: boolean;
        },
      ) => {
        const { plan } = await import('./commands/plan/index.js');
        await run(
          plan(context, {
            month: of,
            organizations: options.organization,
            asOf: options.asOf,
            out: options.out,
            html: options.html,
            detailedExitCode: options.detailedExitcode,
            isFull: options.full,
            json: options.json,
          }),
        );
      },
    );
  program
    .command('status')
    .description('show where the month stands; what waits for a person comes first')
    .argument('[month]', 'YYYY-MM (default: this month); with --check the months that are due', month)
    .option(
      '--check',
      "for monitoring: end with 3 when no run ended in 26 hours, Microsoft's lines are missing, or something waits",
      false,
    )
    .addOption(full())
    .addOption(json())
    .action(async (of: string | undefined, options: { check: boolean; full: boolean; json: boolean }) => {
      if (options.check)
        return run((await import('./commands/status/check.js')).check(context, { month: of, json: options.json }));
      return run(
        (await import('./commands/status/index.js')).status(context, { month: of, json: options.json, isFull: options.full }),
      );
    });
}

function addLog(program: Command, context: Context, run: Run): void {
  program
    .command('log')
    .description('show who decided what: releases, skips, reruns, dismissals, closes, changes of settings')
    .argument('[month]', 'YYYY-MM (default: all)', month)
    .addOption(json())
    .action(async (of: string | undefined, options: { json: boolean }) =>
      run((await import('./commands/log.js')).log(context, { month: of, ...options })),
    );
}

function addExplain(program: Command, context: Context, run: Run): void {
  program
    .command('explain')
    .description("explain an amount, from the report's lines through the rules to what Autotask holds")
    .argument('<month>', 'YYYY-MM', month)
    .requiredOption('--subscription <id>', 'subscription id, or the cm-… key shown for lines without one')
    .addOption(json())
    .action(async (of: string, options: { subscription: string; json: boolean }) =>
      run((await import('./commands/explain.js')).explainSubscription(context, { month: of, ...options })),
    );
}

// ---------------------------------------------------------------------------------------------------------------- doing

function addSteering(program: Command, context: Context, run: Run): void {
  addRun(program, context, run);
  addSkipAndRerun(program, context, run);
  addApprove(program, context, run);
}

function addRun(program: Command, context: Context, run: Run): void {
  program
    .command('run')
    .description('start the run of a month, or join it')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(organization())
    .addOption(asOf())
    .addOption(new Option('--mode <mode>', 'shadow writes nothing, approve waits per organization, auto writes').choices(MODES))
    .addOption(new Option('--canary [name]', 'bill one customer alone first, this one or the smallest (default: BILLING_CANARY)'))
    .addOption(new Option('--no-canary', 'bill all at once, even in a tenant that was never billed'))
    .option('--wait', 'wait until every organization is done or waits for a person', false)
    .addOption(full())
    .addOption(json())
    .action(
      async (
        of: string,
        options: {
          organization: string[];
          asOf?: string;
          mode?: 'shadow' | 'approve' | 'auto';
          canary?: string | boolean;
          wait: boolean;
          full: boolean;
          json: boolean;
        },
      ) => {
        const command = await import('./commands/run/index.js');
        await run(
          command.runWhenAgreed(context, {
            month: of,
            organizations: options.organization,
            asOf: options.asOf,
            mode: options.mode,
            canary: options.canary,
            wait: options.wait,
            isFull: options.full,
            json: options.json,
          }),
        );
      },
    );
}

function addSkipAndRerun(program: Command, context: Context, run: Run): void {
  for (const [signal, description] of [
    ['skip', 'do not bill this organization this month'],
    ['rerun', 'plan it again now, even after skip, failure or completion'],
  ] as const) {
    program
      .command(signal)
      .description(description)
      .argument('<month>', 'YYYY-MM', month)
      .addOption(organization('nobody'))
      .requiredOption('--reason <text>', 'stored with the organization, for anyone who asks later')
      .addOption(asOf())
      .addOption(actor())
      .action(async (of: string, options: { organization: string[]; reason: string; asOf?: string; actor?: string }) => {
        const { steer } = await import('./commands/steer.js');
        const { organization: organizations, ...rest } = options;
        await run(steer(context, signal, { month: of, organizations, ...rest }));
      });
  }
}

function addApprove(program: Command, context: Context, run: Run): void {
  program
    .command('approve')
    .description('release a plan that waits for approval, exactly as shown')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(organization('nobody'))
    .option('--all', 'every plan that waits for approval', false)
    .option('--breakers', 'what circuit breakers hold; asks you to type the sum', false)
    .option('--yes <sum>', 'the sum that --breakers releases, for use without a terminal')
    .option('--digest <digest>', 'release only the plan with this digest', digest)
    .option('--plan <file>', 'release exactly the plan in this file of `billing plan --out`')
    .option('--reason <text>', 'stored with the release, for anyone who asks later')
    .addOption(actor())
    .action(
      async (
        of: string,
        options: { organization: string[]; all: boolean; breakers: boolean } & Record<
          'yes' | 'digest' | 'plan' | 'reason' | 'actor',
          string | undefined
        >,
      ) => {
        const { approve } = await import('./commands/approve.js');
        const { organization: organizations, ...rest } = options;
        await run(approve(context, { month: of, organizations, ...rest }));
      },
    );
}
