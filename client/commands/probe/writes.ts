import { hint } from '../../terminal/called.js';
import { carriesField } from '../../../shared/autotask/conditions.js';
import type { ProbingAutotask } from '../../../shared/autotask/probing.js';
import { lastDay, monthOf, previousMonth } from '../../../shared/billing/basics/month.js';
import { fold } from '../../../shared/billing/basics/text.js';
import { companyIdOf } from '../../../shared/billing/report/facts.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { openEvidence } from '../../../shared/evidence/index.js';
import { keepWriteProbe } from '../../../shared/probe/writes/kept.js';
import { isOfProbe } from '../../../shared/probe/writes/made.js';
import { probeWrites } from '../../../shared/probe/writes/probe.js';
import { WRITE_QUESTIONS, WRITES_LEFT, WRITES_PLANNED } from '../../../shared/probe/writes/questions.js';
import { connectForProbing, type Vendors } from '../../../shared/vendors.js';
import { today, type Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { PLAIN } from '../../terminal/paper.js';
import { jsonText, line } from '../../terminal/printable.js';
import { renderWriteProbe } from './writes-text.js';

/** Asks what only a write can tell, on a test company by choice. Without `confirm` it only says what it would do. */
export async function probeByWriting(
  context: Context,
  { company, confirm, json }: { company?: number | undefined; confirm: boolean; json: boolean },
): Promise<ExitCode> {
  if (company === undefined)
    throw new CommandError(EXIT.usage, 'Which company? Name a test company that is not billed: --company ID');
  const config = loadConfig(context.environment);
  const vendors = connectForProbing(config);
  const name = await demandTestCompany(config, vendors, company);
  if (!confirm) {
    context.out(line`On ${name} (company ${company}) this would make:`);
    for (const what of WRITES_PLANNED) context.out(`  ${what}`);
    context.out(
      `and use them to find out:\n${Object.values(WRITE_QUESTIONS)
        .map(({ what }) => `  ${what}`)
        .join('\n')}`,
    );
    context.out(`All of it is taken back, except: ${WRITES_LEFT}`);
    context.out(
      `Nothing was written. Do it, not while a run is under way, with: ${hint('doctor', '--probe-writes', '--company', String(company), '--confirm')}`,
    );
    return EXIT.done;
  }
  return carryOut(context, { config, autotask: vendors.autotask, companyId: company, json });
}

interface CarryOutInput {
  config: Config;
  autotask: ProbingAutotask;
  companyId: number;
  json: boolean;
}

async function carryOut(context: Context, { config, autotask, companyId, json }: CarryOutInput): Promise<ExitCode> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  const evidence = openEvidence(config.evidence, config);
  try {
    const result = await probeWrites({
      autotask,
      companyId,
      subscriptionUdf: config.autotask.subscriptionUdf,
      settings: config.settings,
      today: today(config.schedule.timeZone),
      now: () => new Date(),
      onAnswer: ({ id, is }, done, all) => context.say(line`${done} of ${all}: ${id} ${is ?? 'could not be checked'}`),
      signal: stop.signal,
    });
    await keepWriteProbe(evidence, config.broker, result);
    context.out(json ? jsonText(result) : renderWriteProbe(result, context.paper ?? PLAIN));
    return result.left.length === 0 && result.answers.every(({ is }) => is !== null) ? EXIT.done : EXIT.waits;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    await evidence.close();
  }
}

/** The company's name. Refuses one that is not there, is inactive, or that a customer with lines is linked to, also where that is not known. */
async function demandTestCompany(
  { schedule, autotask: { subscriptionUdf: udf } }: Config,
  { autotask, cloudmore }: Vendors<ProbingAutotask>,
  id: number,
): Promise<string> {
  const [found] = await autotask.readCompanies([id]);
  if (found === undefined) throw new CommandError(EXIT.usage, `There is no company ${id} in Autotask.`);
  if (!found.isActive) throw new CommandError(EXIT.usage, `Company ${id} is inactive: contracts cannot be made on it.`);
  const billed = await autotask.read('Contracts', [{ op: 'eq', field: 'companyID', value: id }, carriesField(udf)]);
  if (billed.some(({ contractnumber }) => !isOfProbe(contractnumber)))
    throw refused(`Company ${id} is a customer: it has contracts of subscriptions.`);
  const organizations = await cloudmore.organizations();
  const linked = organizations.filter((one) => one.unreadable !== undefined || companyIdOf(one.companyIdText ?? '') === id);
  if (linked.length === 0) return found.name;
  const ids = new Map(linked.map((one) => [fold(one.id), one.name]));
  const month = monthOf(today(schedule.timeZone));
  for (const one of [month, previousMonth(month)]) {
    const { lines } = await cloudmore.watchReport(one, lastDay(one), { see: () => undefined });
    const line = lines.find(({ organizationId }) => ids.has(fold(organizationId)));
    if (line !== undefined)
      throw refused(
        `Company ${id} is a customer: ${ids.get(fold(line.organizationId))} is linked to it, or may be, and has lines in ${one}.`,
      );
  }
  return found.name;
}

const refused = (why: string): CommandError => new CommandError(EXIT.usage, `${why} Name a test company. Nothing was written.`);
