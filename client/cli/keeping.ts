import type { Looks } from '../commands/backup/restore.js';
import type { Command } from 'commander';
import { json, whole } from './arguments.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../terminal/exit.js';

/** Commands that keep the installation: after a restore, and for the auditor. */
export function addKeeping(program: Command, context: Context, run: (work: Promise<ExitCode>) => Promise<void>): void {
  program
    .command('restore')
    .description(
      'after any restore of a backup: pauses the schedule, ends open runs, checks, and shows what the next run would do',
    )
    .option(
      '--from <file>',
      'first restore a backup of `billing backup` into the empty store of BILLING_EVIDENCE; the worker must not run yet',
    )
    .action(async ({ from }: { from?: string }) => {
      if (from !== undefined) return run((await import('../commands/backup/index.js')).restoreFrom(context, from));
      const { restore } = await import('../commands/backup/restore.js');
      return run(restore(context, await looks()));
    });
  program
    .command('backup')
    .description('write a signed snapshot of the evidence of all brokers into one file')
    .requiredOption('--out <folder or file>', 'a folder, where it gets a name with the time, or a file that ends in .jsonl.gz')
    .addOption(json())
    .action(async (options: { out: string; json: boolean }) =>
      run((await import('../commands/backup/index.js')).backup(context, options)),
    );
  const evidence = program.command('evidence').description('check or prune the record of what was fetched, planned and done');
  evidence
    .command('verify')
    .description('name every record that was edited, added or removed outside this program; end with 1 if there is one')
    .option('--public-key <file>', "the worker's public key (default: in the folder of BILLING_KEYS)")
    .addOption(json())
    .action(async (options: { publicKey?: string; json: boolean }) =>
      run((await import('../commands/evidence.js')).verify(context, options)),
    );
  evidence
    .command('prune')
    .description(
      'delete old months, but keep certificates and the log of decisions; without --write only shows what it would delete',
    )
    .requiredOption('--keep-months <number>', 'how many months before this one to keep complete', whole)
    .option('--write', 'do it; without it, only show what would be done', false)
    .addOption(json())
    .action(async (options: { keepMonths: number; write: boolean; json: boolean }) =>
      run((await import('../commands/prune.js')).prune(context, options)),
    );
  program
    .command('forget')
    .description(
      'remove one organization from evidence and histories permanently; without --write only shows what it would remove',
    )
    .requiredOption('--organization <id or name>', 'the customer to forget')
    .option('--export <file>', 'first export its data as JSON')
    .option('--write', 'do it; without it, only show what would be done', false)
    .addOption(json())
    .action(async (options: { organization: string; export?: string; write: boolean; json: boolean }) =>
      run((await import('../commands/forget.js')).forget(context, options)),
    );
  addKeys(program, context, run);
  addDeploy(program, context, run);
}

function addKeys(program: Command, context: Context, run: (work: Promise<ExitCode>) => Promise<void>): void {
  const load = () => import('../commands/keys/index.js');
  const keys = program.command('keys').description('manage the keys that encrypt data in Temporal and the evidence');
  keys
    .command('add')
    .description('make a key: the first encrypts at once, later ones only after `billing keys rotate`')
    .action(() => run(load().then(({ addPayloadKey }) => addPayloadKey(context))));
  keys
    .command('rotate')
    .description('encrypt with the newest key from now on; earlier ones still decrypt')
    .action(async () => run((await load()).rotatePayloadKeys(context)));
  keys
    .command('list')
    .description('list the keys, and which one encrypts')
    .addOption(json())
    .action(async (options: { json: boolean }) => run(Promise.resolve((await load()).listPayloadKeys(context, options))));
}

function addDeploy(program: Command, context: Context, run: (work: Promise<ExitCode>) => Promise<void>): void {
  const load = () => import('../commands/deploy.js');
  const deploy = program.command('deploy').description('show or change which version of the worker serves');
  deploy
    .command('status')
    .description('list the versions: which is current, which has a worker, what is bound to each')
    .addOption(json())
    .action(async (options: { json: boolean }) => run((await load()).deployStatus(context, options)));
  deploy
    .command('promote')
    .description('make a version current, and watch that open workflows continue with it')
    .argument('[version]', 'as `billing deploy status` names it (default: the newest with a worker)')
    .action(async (buildId: string | undefined) => run((await load()).promote(context, { buildId })));
  deploy
    .command('rollback')
    .description('return to the previous version, with everything begun since')
    .argument('[version]', 'as `billing deploy status` names it (default: the previously current one)')
    .action(async (buildId: string | undefined) => run((await load()).rollback(context, { buildId })));
}

/** The commands that a restore looks with. */
export async function looks(): Promise<Looks> {
  const [{ doctor }, { plan }] = await Promise.all([import('../commands/doctor/index.js'), import('../commands/plan/index.js')]);
  const nothingElse = { organizations: [], detailedExitCode: false, json: false, out: undefined, html: undefined };
  return {
    doctor: (context) => doctor(context, { json: false }),
    plan: (context, month, asOf) => plan(context, { month, asOf, ...nothingElse }),
  };
}
