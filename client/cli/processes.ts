import { Option, type Command } from 'commander';
import { json, month, whole } from './arguments.js';
import type { GenerateCommand } from '../commands/sandbox/generate.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';

/** Commands that are processes: the worker, the page for finance, the sandbox, Temporal for a laptop. */

type Run = (work: Promise<ExitCode>) => Promise<void>;

/** Loads a command that is for rehearsals: the image of the worker is made without them (`scripts/image.js`). */
async function ofRehearsal<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new CommandError(
      EXIT.usage,
      'This image has no sandbox, no demo and no dev server of Temporal. They are in a checkout, and in the image of the Dockerfile’s target "rehearsal".',
    );
  }
}

function addWeb(program: Command, context: Context, run: Run): void {
  const web = program
    .command('web')
    .description('the page for finance: what waits, why, and the buttons to decide')
    .option('--port <number>', 'port to listen on (default: BILLING_WEB_PORT, 4020); 0 for any free one', whole)
    .action(async (options: { port?: number }) => run((await import('../commands/web.js')).web(context, options)));
  web
    .command('user')
    .description('manage the people who log in there')
    .command('add')
    .description('add a person, or change password and role; reads the password from standard input')
    .argument('<name>', 'name in the decisions log')
    .addOption(new Option('--role <role>', 'see, or approve as well').choices(['see', 'approve']).default('see'))
    .action(async (name: string, options: { role: 'see' | 'approve' }) =>
      run((await import('../commands/web.js')).addWebUser(context, { name, ...options })),
    );
}

function addSandbox(program: Command, context: Context, run: Run): void {
  const sandbox = program
    .command('sandbox')
    .description('simulate both vendors on this machine')
    .option('--world <file>', 'world to serve (default: September 2025)')
    .option('--port <number>', '0 for any free one', whole, 4010)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--faults <file>', 'fault rules')
    .option('--seed <number>', 'seed for the probabilities of fault rules', whole, 1)
    .option('--quiet', 'do not log each request', false)
    .action(async (options: { world?: string; port: number; host: string; faults?: string; seed: number; quiet: boolean }) =>
      run((await ofRehearsal(() => import('../commands/sandbox/index.js'))).sandbox(context, options)),
    );
  sandbox
    .command('coverage')
    .description('list what it knows about the two vendors, how certain that is, and which test shows it')
    .addOption(json())
    .action(async (options: { json: boolean }) =>
      run((await ofRehearsal(() => import('../commands/sandbox/coverage.js'))).coverage(context, options)),
    );
  sandbox
    .command('generate')
    .description('write a world of any size')
    .requiredOption('--lines <number>', 'lines in the report of the month', whole)
    .requiredOption('--organizations <number>', 'customers', whole)
    .option('--seed <number>', 'one seed, one world', whole, 1)
    .option('--month <month>', 'YYYY-MM', month, '2025-10')
    .option('--changed <share>', 'share of the lines that a later correction restates, 0 to 1', Number, 0)
    .option('--past', 'with services and contracts from before', false)
    .requiredOption('--out <file>', 'where to write it')
    .action(async (options: GenerateCommand) =>
      run((await ofRehearsal(() => import('../commands/sandbox/generate.js'))).generate(context, options)),
    );
}

export function addProcesses(program: Command, context: Context, run: Run): void {
  program
    .command('worker')
    .description('the worker process')
    .option('--queues <list>', 'some of billing, cloudmore, autotask (default: all)')
    .option('--check', 'only check whether a worker serves this broker; end with 3 if none does')
    .action(async (options: { queues?: string; check?: boolean }) =>
      run(
        options.check
          ? (await import('../commands/worker/check.js')).checkWorker(context)
          : (await import('../commands/worker/index.js')).worker(context, options),
      ),
    );
  addWeb(program, context, run);
  addSandbox(program, context, run);
  const temporal = program.command('temporal').description('the Temporal dev server');
  for (const [action, description] of [
    ['start', 'start it, found, downloaded or built'],
    ['path', 'print the path of its program'],
  ] as const)
    temporal
      .command(action)
      .description(description)
      .action(async () => run((await ofRehearsal(() => import('../commands/temporal.js'))).temporal(context, action)));
  program
    .command('demo')
    .description('bill a sandbox month on this machine, twice')
    .option('--exit', 'end when done, even on a terminal', false)
    .action(async ({ exit }: { exit: boolean }) => {
      const [{ demo }, { run: billed }] = await ofRehearsal(() =>
        Promise.all([import('../commands/demo.js'), import('../commands/run/index.js')]),
      );
      const bill: Parameters<typeof demo>[1]['bill'] = (own, month, asOf) =>
        billed(own, { month, organizations: [], asOf, wait: true, json: false });
      await run(demo(context, { exit, bill }));
    });
}
