import { Option, type Command } from 'commander';
import { actor, asOf, digest, full, json, month, organization } from './arguments.js';
import type { Context } from '../context.js';
import type { UndoOptions } from '../commands/undo/index.js';
import type { ExitCode } from '../terminal/exit.js';
import { FORMATS, formatOf, type Format } from '../terminal/formats.js';

type Run = (work: Promise<ExitCode>) => Promise<void>;
type UndoFlags = Omit<UndoOptions, 'month' | 'organizations'> & { organization: string[] };

/** What is asked at the end of a month: what came of it, is it closed, and was it charged? */
export function addMonthEnd(program: Command, context: Context, run: Run): void {
  addReport(program, context, run);
  addClose(program, context, run);
  addUndo(program, context, run);
}

function addReport(program: Command, context: Context, run: Run): void {
  program
    .command('report')
    .description('show the reconciliation of the latest run')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(
      new Option('--format <format>', 'text, json, csv, xlsx or html (default: from the name of --out, otherwise text)').choices(
        FORMATS,
      ),
    )
    .option('--out <file>', 'write it to a file')
    .addOption(new Option('--against <month>', 'compare with another month: new, gone, quantity, price').argParser(month))
    .option('--year', 'the twelve months up to this one: sales, cost and margin by customer', false)
    .addOption(full())
    .addOption(json())
    .action(
      async (
        of: string,
        options: { format?: Format; out?: string; against?: string; full: boolean; year: boolean; json: boolean },
      ) => {
        const { report } = await import('../commands/report.js');
        const format = options.json ? 'json' : (options.format ?? formatOf(options.out));
        const { out, full, against, year } = options;
        await run(report(context, { month: of, format, out, full, against, year }));
      },
    );
}

function addClose(program: Command, context: Context, run: Run): void {
  program
    .command('close')
    .description('read both sides again and certify the month; refuses while something is held or unknown')
    .argument('[month]', 'YYYY-MM', month)
    .addOption(asOf())
    .option('--out <file>', 'where to write the certificate (default: close-BROKER-MONTH-NUMBER.json)')
    .option('--verify <file>', 'check a certificate: unchanged since it was written, and still true?')
    .addOption(actor())
    .addOption(json())
    .action(
      async (of: string | undefined, options: { asOf?: string; out?: string; verify?: string; actor?: string; json: boolean }) =>
        run((await import('../commands/close/index.js')).close(context, { month: of, ...options })),
    );
  program
    .command('invoiced')
    .description('compare what customers were charged with the report, once somebody has approved and posted')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(asOf())
    .addOption(full())
    .addOption(json())
    .action(async (of: string, options: { asOf?: string; full: boolean; json: boolean }) =>
      run((await import('../commands/invoiced.js')).invoiced(context, { month: of, ...options })),
    );
}

function addUndo(program: Command, context: Context, run: Run): void {
  program
    .command('undo')
    .description('show how to take back a billed month, and what stays because it is posted; --write does it')
    .argument('<month>', 'YYYY-MM', month)
    .addOption(organization())
    .option('--write', 'do it, exactly as shown, after you type the sum', false)
    .option('--reason <text>', 'reason, for the decisions log')
    .option('--yes <sum>', 'the sum, for use without a terminal')
    .option('--digest <digest>', 'do only the undo with this digest, for one --organization', digest)
    .addOption(actor())
    .addOption(json())
    .action(async (of: string, { organization: organizations, ...options }: UndoFlags) =>
      run((await import('../commands/undo/index.js')).undo(context, { month: of, organizations, ...options })),
    );
  program
    .command('recompute')
    .description("plan a past month again with today's code, using only the evidence, and compare byte by byte")
    .argument('<month>', 'YYYY-MM', month)
    .addOption(json())
    .action(async (of: string, options: { json: boolean }) =>
      run((await import('../commands/recompute/index.js')).recompute(context, { month: of, ...options })),
    );
}
