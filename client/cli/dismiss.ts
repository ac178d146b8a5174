import type { Command } from 'commander';
import { actor, month, whole } from './arguments.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../terminal/exit.js';

/** What a person says about money without a line. */
export function addDismiss(program: Command, context: Context, run: (work: Promise<ExitCode>) => Promise<void>): void {
  program
    .command('dismiss')
    .description('set aside money without a line that is right as it is, until its amount changes')
    .argument('<month>', 'YYYY-MM', month)
    .option('--contract <id>', 'contract in Autotask, as shown in the report', whole)
    .option('--subscription <id>', 'the subscription, as shown in the report, if the contract is not known')
    .requiredOption('--reason <text>', 'stored with it, for anyone who asks later')
    .addOption(actor())
    .action(async (of: string, options: { contract?: number; subscription?: string; reason: string; actor?: string }) =>
      run((await import('../commands/dismiss.js')).dismiss(context, { month: of, ...options })),
    );
}
