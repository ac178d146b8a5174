import { Option, type Command } from 'commander';
import { json, month, whole } from './arguments.js';
import { addTakingOver } from './taking-over.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../terminal/exit.js';

/** Commands that set the installation up. */

type Run = (work: Promise<ExitCode>) => Promise<void>;

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

export function addSetUp(program: Command, context: Context, run: Run): void {
  program
    .command('doctor')
    .description('check settings, log-ins, rights and Temporal; says how to fix each finding')
    .option('--probe', 'check that both vendors behave as this program believes; writes nothing', false)
    .option('--month <month>', 'the month whose report is read (default: the last one)', month)
    .option('--html <file>', 'with --probe: also as a page')
    .option('--record <file>', 'with --probe: also the month as a world without names, for `billing sandbox --world`')
    .option('--probe-writes', 'test what only a write shows, on a test company; what it makes is removed again', false)
    .addOption(new Option('--company <id>', 'with --probe-writes: the test company in Autotask').argParser(whole))
    .option('--confirm', 'with --probe-writes: do it; without it, only show what would be done', false)
    .addOption(json())
    .action(async (options: DoctorFlags) => {
      if (options.probeWrites) return run((await import('../commands/probe/writes.js')).probeByWriting(context, options));
      if (options.probe) return run((await import('../commands/probe/index.js')).probeVendors(context, options));
      return run((await import('../commands/doctor/index.js')).doctor(context, options));
    });
  addCompanies(program, context, run);
  addTakingOver(program, context, run);
  const schedule = program.command('schedule').description('the daily schedule');
  for (const [action, description] of [
    ['apply', 'create or update it'],
    ['show', 'its next and last runs'],
    ['pause', 'start no more runs'],
    ['resume', 'go on'],
    ['trigger', 'start a run now, unless one is under way'],
    ['remove', 'delete it'],
  ] as const)
    schedule
      .command(action)
      .description(description)
      .action(async () => run((await import('../commands/schedule/index.js')).schedule(context, action)));
}

function addCompanies(program: Command, context: Context, run: Run): void {
  const load = () => import('../commands/companies/index.js');
  const write = (): Option =>
    new Option('--write', 'set it in Cloudmore; without it, only show what would be set').default(false);
  const companies = program.command('companies').description("link Cloudmore's organizations to Autotask's companies");
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
