import { Option, type Command } from 'commander';
import { json, month, whole } from './arguments.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../terminal/exit.js';

type TakeoverArguments = { out?: string; dismiss?: string; contract?: number; reason?: string; json: boolean };
type Run = (work: Promise<ExitCode>) => Promise<void>;

/** What a tenant has before the first month: services that are meant, and contracts that bill the same. */
export function addTakingOver(program: Command, context: Context, run: Run): void {
  addServices(program, context, run);
  program
    .command('takeover')
    .description('find what other contracts already bill and would be billed twice')
    .argument('<month>', 'YYYY-MM', month)
    .option('--out <file>', 'write it to a file')
    .option('--dismiss <file>', 'a file of --out, with a reason in each row that is right')
    .addOption(new Option('--contract <id>', 'dismiss what this contract bills in the month').argParser(whole))
    .option('--reason <text>', 'why it is right; with --contract')
    .addOption(json())
    .action(async (of: string, options: TakeoverArguments) =>
      run((await import('../commands/takeover/index.js')).takeover(context, { month: of, ...options })),
    );
}

function addServices(program: Command, context: Context, run: Run): void {
  const load = () => import('../commands/services/index.js');
  const services = program.command('services').description('match existing Autotask services to the products they stand for');
  services
    .command('match')
    .description("suggest the existing service for each product of the month's report")
    .argument('<month>', 'YYYY-MM', month)
    .option('--out <file>', 'write them to a file that `services import` takes')
    .addOption(json())
    .action(async (of: string, options: { out?: string; json: boolean }) =>
      run((await load()).matchServices(context, { month: of, ...options })),
    );
  services
    .command('import')
    .description("store the products' codes in the services of a file")
    .argument('<file>', 'CSV with the columns item_code and service_id')
    .addOption(new Option('--write', 'store them in Autotask; without it, only show what would be stored').default(false))
    .action(async (file: string, options: { write: boolean }) =>
      run((await load()).importServices(context, { file, ...options })),
    );
  services
    .command('list')
    .description('list our services, other services, and unused ones')
    .argument('<month>', 'YYYY-MM', month)
    .option('--out <file>', 'write it to a file')
    .addOption(json())
    .action(async (of: string, options: { out?: string; json: boolean }) =>
      run((await load()).listServices(context, { month: of, ...options })),
    );
}
