import { Command, CommanderError, Option } from 'commander';
import { ConfigError } from '../shared/environment.js';
import { pathOf, whyNoFile } from '../shared/files.js';
import { realContext, SPEAKING, type Context } from './context.js';
import { MODES } from '../shared/modes.js';
import { actor, asOf, full, json, month, organization, whole } from './cli-arguments.js';
import { addTakingOver } from './cli-taking-over.js';
import { addBrokers, brokerOption, useBroker } from './cli-brokers.js';
import { addDismiss } from './cli-dismiss.js';
import { addKeeping } from './cli-keeping.js';
import { addMonthEnd } from './cli-month-end.js';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import { VERSION } from '../shared/version.js';

/** `billing`: the table of contents. A command is loaded when it is used, so that help comes at once. */

/** Runs one command line; answers its exit code. Ends no process. */
export async function main(argv: string[], given?: Context): Promise<number> {
  const result: { code: ExitCode } = { code: EXIT.done };
  let context: Context | undefined;
  try {
    context = { ...(given ?? realContext()) };
    const program = createProgram(context, (code) => (result.code = code));
    await program.parseAsync(argv, { from: 'user' });
    return result.code;
  } catch (error) {
    return explain(error, context ?? given ?? SPEAKING);
  }
}

function explain(error: unknown, context: Pick<Context, 'say' | 'broker'>): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof CommandError) {
    context.say(error.message);
    return error.code;
  }
  if (error instanceof ConfigError) {
    context.say(`${error.message}\n${whereSettingsAre(context)}`);
    return EXIT.configuration;
  }
  const told = ofStoreOrLabel(error);
  if (told !== null) {
    context.say(told.message);
    return told.name === 'StoreUnavailable' ? EXIT.unreachable : EXIT.configuration;
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

const whereSettingsAre = ({ broker }: Pick<Context, 'broker'>): string =>
  broker?.file == null
    ? 'Set them in the environment or in .env (.env.example explains each), then: billing doctor'
    : `Set them in ${broker.file} (.env.example explains each), then: billing --broker ${broker.name} doctor`;

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
    .showHelpAfterError('See: billing help')
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
  return program;
}

/** A usage error is a few lines: what is wrong, and where the whole help is. */
function inherit(command: Command, program: Command): void {
  command.copyInheritedSettings(program);
  command.showHelpAfterError(`See: ${pathTo(command)} --help`).addOption(brokerOption());
  for (const child of command.commands) inherit(child, program);
}

/** "billing schedule apply" */
const pathTo = (command: Command): string => (command.parent ? `${pathTo(command.parent)} ${command.name()}` : command.name());

// ---------------------------------------------------------------------------------------------------------------- looking

function addReading(program: Command, context: Context, run: Run): void {
  program
    .command('plan')
    .description('show what a run would do; writes nothing')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(organization())
    .addOption(asOf())
    .option('--out <file>', 'keep the plan as JSON, for `billing approve --plan`')
    .option('--html <file>', "show it as the customers' invoice lines will read")
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
        const { plan } = await import('./commands/plan.js');
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
    .description('where the month stands; what waits for a person first')
    .argument('[month]', 'YYYY-MM (default: the month of today); with --check the months that are due', month)
    .option(
      '--check',
      "for monitoring: end with 3 when no run ended in 26 hours, Microsoft's lines are missing, or something waits",
      false,
    )
    .addOption(full())
    .addOption(json())
    .action(async (of: string | undefined, options: { check: boolean; full: boolean; json: boolean }) => {
      if (options.check) return run((await import('./commands/check.js')).check(context, { month: of, json: options.json }));
      return run((await import('./commands/status.js')).status(context, { month: of, json: options.json, isFull: options.full }));
    });
}

function addLog(program: Command, context: Context, run: Run): void {
  program
    .command('log')
    .description('who decided what: releases, skips, reruns, dismissals, closes, changes of settings')
    .argument('[month]', 'YYYY-MM (default: all)', month)
    .addOption(json())
    .action(async (of: string | undefined, options: { json: boolean }) =>
      run((await import('./commands/log.js')).log(context, { month: of, ...options })),
    );
}

function addExplain(program: Command, context: Context, run: Run): void {
  program
    .command('explain')
    .description("from the report's lines through the rules to what stands in Autotask")
    .argument('<month>', 'YYYY-MM', month)
    .requiredOption('--subscription <id>', 'subscription id, or the cm-… key shown for lines without one')
    .addOption(json())
    .action(async (of: string, options: { subscription: string; json: boolean }) =>
      run((await import('./commands/explain.js')).explainSubscription(context, { month: of, ...options })),
    );
}

// ---------------------------------------------------------------------------------------------------------------- doing

function addSteering(program: Command, context: Context, run: Run): void {
  program
    .command('run')
    .description('start, or join, the run of a month')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(organization())
    .addOption(asOf())
    .addOption(new Option('--mode <mode>', 'shadow writes nothing, approve waits per organization, auto writes').choices(MODES))
    .addOption(new Option('--canary [name]', 'bill one customer alone first, this one or the smallest (default: BILLING_CANARY)'))
    .addOption(new Option('--no-canary', 'bill all at once, also on a tenant that was never billed'))
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
        const command = await import('./commands/run.js');
        await run(
          command.run(context, {
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
  for (const [signal, description] of [
    ['skip', 'do not bill this organization this month'],
    ['rerun', 'plan it again now, also after skip, failure or completion'],
  ] as const) {
    program
      .command(signal)
      .description(description)
      .argument('<month>', 'YYYY-MM', month)
      .addOption(organization())
      .requiredOption('--reason <text>', 'kept with the organization, for whoever asks later')
      .addOption(asOf())
      .addOption(actor())
      .action(async (of: string, options: { organization: string[]; reason: string; asOf?: string; actor?: string }) => {
        const { steer } = await import('./commands/signals.js');
        const { organization: organizations, ...rest } = options;
        await run(steer(context, signal, { month: of, organizations, ...rest }));
      });
  }
  program
    .command('approve')
    .description('release a plan that waits for approval, exactly as shown')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(organization())
    .option('--all', 'every plan that waits for approval', false)
    .option('--breakers', 'what circuit breakers hold; the sum must be typed back', false)
    .option('--yes <sum>', 'the sum of what --breakers releases, where nobody can be asked')
    .option('--digest <digest>', 'release only the plan with this digest')
    .option('--plan <file>', 'what `billing plan --out` kept: release exactly that')
    .option('--reason <text>', 'kept with the release, for whoever asks later')
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

// ---------------------------------------------------------------------------------------------------------------- setting up

interface DoctorFlags {
  probe: boolean;
  month?: string;
  html?: string;
  record?: string;
  probeWrites: boolean;
  company?: number;
  confirm: boolean;
  json: boolean;
}

function addSetUp(program: Command, context: Context, run: Run): void {
  program
    .command('doctor')
    .description('check settings, log-ins, rights and Temporal; each finding with its fix')
    .option('--probe', 'ask both vendors whether they are as this program believes; writes nothing', false)
    .option('--month <month>', 'the month whose report is read (default: the last one)', month)
    .option('--html <file>', 'with --probe: also as a page')
    .option('--record <file>', 'with --probe: also the month as a world without names, for `billing sandbox --world`')
    .option('--probe-writes', 'ask what only a write can tell, on a test company; what it makes is taken back', false)
    .addOption(new Option('--company <id>', 'with --probe-writes: the test company in Autotask').argParser(whole))
    .option('--confirm', 'with --probe-writes: do it; without, only say what would be done', false)
    .addOption(json())
    .action(async (options: DoctorFlags) => {
      if (options.probeWrites) return run((await import('./commands/probe-writes.js')).probeByWriting(context, options));
      if (options.probe) return run((await import('./commands/probe.js')).probeVendors(context, options));
      return run((await import('./commands/doctor.js')).doctor(context, options));
    });
  addCompanies(program, context, run);
  addTakingOver(program, context, run);
  const schedule = program.command('schedule').description('the daily schedule');
  for (const [action, description] of [
    ['apply', 'create it, or bring it up to date'],
    ['show', 'its next and last runs'],
    ['pause', 'start no more runs'],
    ['resume', 'go on'],
    ['trigger', 'start a run now, unless one is under way'],
    ['remove', 'delete it'],
  ] as const)
    schedule
      .command(action)
      .description(description)
      .action(async () => run((await import('./commands/schedule.js')).schedule(context, action)));
}

function addCompanies(program: Command, context: Context, run: Run): void {
  const load = () => import('./commands/companies.js');
  const write = (): Option => new Option('--write', 'set it in Cloudmore; without, only shown').default(false);
  const companies = program.command('companies').description("the link from Cloudmore's organizations to Autotask's companies");
  companies
    .command('list')
    .description("Autotask's companies as CSV for Cloudmore's bulk import")
    .option('--out <file>', 'write it to a file')
    .addOption(json())
    .action(async (options: { out?: string; json: boolean }) => run((await load()).listCompanies(context, options)));
  companies
    .command('match')
    .description('suggest a company for every organization without one, by name')
    .option('--out <file>', 'write them to a file that `companies import` takes')
    .addOption(json())
    .action(async (options: { out?: string; json: boolean }) => run((await load()).matchCompanies(context, options)));
  companies
    .command('link')
    .description('link one organization')
    .requiredOption('--organization <id or name>', 'organization in Cloudmore')
    .requiredOption('--company <id>', 'company in Autotask')
    .addOption(write())
    .action(async (options: { organization: string; company: string; write: boolean }) =>
      run((await load()).linkCompany(context, options)),
    );
  companies
    .command('import')
    .description('link all organizations of a file')
    .argument('<file>', 'CSV with the columns organization_id and the name of the property')
    .addOption(write())
    .action(async (file: string, options: { write: boolean }) =>
      run((await load()).importCompanies(context, { file, ...options })),
    );
}

// ---------------------------------------------------------------------------------------------------------------- processes

function addWeb(program: Command, context: Context, run: Run): void {
  const web = program
    .command('web')
    .description('the page for finance: what waits, why, and the buttons that decide')
    .option('--port <number>', 'where it listens (default: BILLING_WEB_PORT, 4020); 0 for any free one', whole)
    .action(async (options: { port?: number }) => run((await import('./commands/web.js')).web(context, options)));
  web
    .command('user')
    .description('the people who log in there')
    .command('add')
    .description('add one, or change password and role; the password is read from standard input')
    .argument('<name>', 'as it will stand in the decisions log')
    .addOption(new Option('--role <role>', 'see, or approve as well').choices(['see', 'approve']).default('see'))
    .action(async (name: string, options: { role: 'see' | 'approve' }) =>
      run((await import('./commands/web.js')).addWebUser(context, { name, ...options })),
    );
}

function addProcesses(program: Command, context: Context, run: Run): void {
  program
    .command('worker')
    .description('the worker process')
    .option('--queues <list>', 'some of billing, cloudmore, autotask (default: all)')
    .option('--check', "only look whether somebody takes this broker's work, and end with 3 where nobody does")
    .action(async (options: { queues?: string; check?: boolean }) =>
      run(
        options.check
          ? (await import('./commands/worker-check.js')).checkWorker(context)
          : (await import('./commands/worker.js')).worker(context, options),
      ),
    );
  addWeb(program, context, run);
  const sandbox = program
    .command('sandbox')
    .description('both vendors on this machine')
    .option('--world <file>', 'the data they hold (default: September 2025)')
    .option('--port <number>', '0 for any free one', whole, 4010)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--faults <file>', 'fault rules')
    .option('--seed <number>', 'of the probabilities of fault rules', whole, 1)
    .option('--quiet', 'do not tell each request', false)
    .action(async (options: { world?: string; port: number; host: string; faults?: string; seed: number; quiet: boolean }) =>
      run((await import('./commands/sandbox.js')).sandbox(context, options)),
    );
  sandbox
    .command('coverage')
    .description('what it knows of the two vendors, how sure it is, and the test that shows it')
    .addOption(json())
    .action(async (options: { json: boolean }) =>
      run((await import('./commands/sandbox-coverage.js')).coverage(context, options)),
    );
  sandbox
    .command('generate')
    .description('write a world of any size')
    .requiredOption('--lines <number>', 'lines in the report of the month', whole)
    .requiredOption('--organizations <number>', 'customers', whole)
    .option('--seed <number>', 'one seed, one world', whole, 1)
    .option('--month <month>', 'YYYY-MM', month, '2025-10')
    .option('--changed <share>', 'share of the lines that a later correction restates, 0 to 1', Number, 0)
    .option('--past', 'with services and contracts that stood there before', false)
    .requiredOption('--out <file>', 'where to write it')
    .action(
      async (options: {
        lines: number;
        organizations: number;
        seed: number;
        month: string;
        changed: number;
        past: boolean;
        out: string;
      }) => run((await import('./commands/sandbox-generate.js')).generate(context, options)),
    );
  const temporal = program.command('temporal').description('the Temporal dev server');
  for (const [action, description] of [
    ['start', 'start it, found, downloaded or built'],
    ['path', 'where its program is'],
  ] as const)
    temporal
      .command(action)
      .description(description)
      .action(async () => run((await import('./commands/temporal.js')).temporal(context, action)));
  program
    .command('demo')
    .description('bill a month of the sandbox on this machine, twice')
    .option('--exit', 'end when done, also on a terminal', false)
    .action(async (options: { exit: boolean }) => run((await import('./commands/demo.js')).demo(context, options)));
}
