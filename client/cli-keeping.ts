import { Option, type Command } from 'commander';
import type { Context } from './context.js';
import type { ExitCode } from './exit.js';

/** Commands that keep the installation: after a restore, and for the auditor. */
export function addKeeping(program: Command, context: Context, run: (work: Promise<ExitCode>) => Promise<void>): void {
  program
    .command('restore')
    .description(
      'after any restore of a backup: pauses the schedule, ends open runs, checks, and shows what the next run would do',
    )
    .action(async () => run((await import('./commands/restore.js')).restore(context)));
  const evidence = program.command('evidence').description('what was fetched, planned and done');
  evidence
    .command('verify')
    .description('name every record that was edited, put in or taken out past this program; end with 1 when there is one')
    .option('--public-key <file>', "the worker's public key (default: in the folder of BILLING_KEYS)")
    .addOption(new Option('--json', 'print JSON instead of text').default(false))
    .action(async (options: { publicKey?: string; json: boolean }) =>
      run((await import('./commands/evidence.js')).verify(context, options)),
    );
}
