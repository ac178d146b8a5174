import { Autotask } from '../../shared/autotask/index.js';
import { monthOf, previousMonth } from '../../shared/billing/month.js';
import type { Month } from '../../shared/billing/types.js';
import { Cloudmore } from '../../shared/cloudmore/index.js';
import { loadConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { BELIEFS } from '../../shared/probe/beliefs.js';
import { keepProbe, movingMoney, probingOf } from '../../shared/probe/kept.js';
import { probe, type ProbeResult } from '../../shared/probe/probe.js';
import { today, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { checkOutput, writeOutput } from '../files.js';
import { PLAIN } from '../render/paper.js';
import { renderProbe, renderProbeHtml } from '../render/probe.js';
import { jsonText, line } from '../render/printable.js';

export interface ProbeCommand {
  month?: Month | undefined;
  html?: string | undefined;
  json: boolean;
}

/** Asks both vendors whether they are as the product believes, keeps what they said, and ends with 3 where a contradiction can move money. */
export async function probeVendors(context: Context, { month, html, json }: ProbeCommand): Promise<ExitCode> {
  const config = loadConfig(context.environment);
  await checkOutput(html);
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  const evidence = openEvidence(config.evidence);
  try {
    const result = await probe({
      ...probingOf(config),
      autotask: new Autotask(config.autotask),
      cloudmore: new Cloudmore(config.cloudmore),
      month: month ?? previousMonth(monthOf(today(config.schedule.timeZone))),
      now: () => new Date(),
      onVerdict: ({ id, is }, done, all) => context.say(line`${done} of ${all}: ${id} ${is}`),
      signal: stop.signal,
    });
    await keepProbe(evidence, config.broker, result);
    if (html !== undefined) await writeOutput(html, `${renderProbeHtml(result)}\n`);
    context.out(json ? jsonText(asShown(result)) : renderProbe(result, context.paper ?? PLAIN));
    return movingMoney(result).length > 0 ? EXIT.waits : EXIT.done;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    await evidence.close();
  }
}

/** With what each belief is about, so that whoever reads it needs no table beside it. */
const asShown = (result: ProbeResult): object => ({
  ...result,
  verdicts: result.verdicts.map((judged) => ({ ...judged, ...BELIEFS[judged.id] })),
});
