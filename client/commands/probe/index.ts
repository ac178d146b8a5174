import { us } from '../../terminal/called.js';
import { monthOf, previousMonth } from '../../../shared/billing/basics/month.js';
import type { Month } from '../../../shared/billing/types.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { ApiError } from '../../../shared/http/errors.js';
import { isLoopback } from '../../../shared/http/hosts.js';
import { openEvidence } from '../../../shared/evidence/index.js';
import { BELIEFS } from '../../../shared/probe/beliefs.js';
import { keepProbe, movingMoney, probingOf } from '../../../shared/probe/kept.js';
import { probe, type ProbeResult } from '../../../shared/probe/probe.js';
import { collect } from '../../../shared/probe/recording/collect.js';
import { RecordingLeaks, recordingText } from '../../../shared/probe/recording/file.js';
import { recordingKey } from '../../../shared/probe/recording/key.js';
import { connectVendors, type Vendors } from '../../../shared/vendors.js';
import { today, type Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { checkOutput, writeOutput } from '../../files.js';
import { reportingWaits } from '../../held-calls.js';
import { PLAIN } from '../../terminal/paper.js';
import { renderProbe, renderProbeHtml } from './text.js';
import { jsonText, line } from '../../terminal/printable.js';

export interface ProbeCommand {
  month?: Month | undefined;
  html?: string | undefined;
  /** Where an anonymised recording of the month is written. */
  record?: string | undefined;
  json: boolean;
}

/**
 * Asks both vendors whether they are as the product believes, keeps what they said, and ends with 3 where a contradiction can move money, with 69 where not
 * everything could be asked.
 */
export async function probeVendors(context: Context, { month, html, record: file, json }: ProbeCommand): Promise<ExitCode> {
  const config = loadConfig(context.environment);
  for (const path of [html, file]) await checkOutput(path);
  const vendors = connectVendors(config);
  const { autotask } = vendors;
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  const evidence = openEvidence(config.evidence, config);
  try {
    const result = await reportingWaits(context, autotask, () =>
      probe({
        ...probingOf(config),
        ...vendors,
        month: month ?? previousMonth(monthOf(today(config.schedule.timeZone))),
        now: () => new Date(),
        onVerdict: ({ id, is }, done, all) => context.say(line`${done} of ${all}: ${id} ${is}`),
        signal: stop.signal,
      }),
    );
    await keepProbe(evidence, config.broker, result);
    const unrecorded =
      file === undefined || stop.signal.aborted
        ? null
        : await reportingWaits(context, autotask, () => recordOrWhyNot(file, context, { config, result, vendors }));
    if (html !== undefined) await writeOutput(html, `${renderProbeHtml(result)}\n`);
    context.out(json ? jsonText(asShown(result)) : renderProbe(result, context.paper ?? PLAIN));
    if (unrecorded !== null) context.say(line`No recording was written: ${unrecorded}`);
    if (movingMoney(result).length > 0) return EXIT.waits;
    if (unrecorded !== null || stop.signal.aborted) return EXIT.failed;
    return result.isWhole ? EXIT.done : EXIT.unreachable;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    await evidence.close();
  }
}

/** Records the month; answers why it could not, where a vendor does not tell what belongs into it. What was found about the beliefs is still reported. */
async function recordOrWhyNot(...asked: Parameters<typeof recordTo>): Promise<string | null> {
  try {
    await recordTo(...asked);
    return null;
  } catch (error) {
    if (error instanceof ApiError || error instanceof RecordingLeaks) return error.message;
    throw error;
  }
}

/** The month as a world in which nobody can be recognised; refuses to write what it would give away. */
async function recordTo(
  file: string,
  context: Context,
  { config, result, vendors }: { config: Config; result: ProbeResult; vendors: Vendors },
): Promise<void> {
  const { settings, autotask, cloudmore } = config;
  const sides = await collect({
    ...vendors,
    month: result.month,
    companyProperty: cloudmore.companyProperty,
    subscriptionUdf: autotask.subscriptionUdf,
    billingCodeIds: [settings.serviceBillingCodeId, settings.productBillingCodeId],
    onProgress: (what) => context.say(line`${what}`),
  });
  const secrets = [
    autotask.username,
    autotask.secret.reveal(),
    autotask.integrationCode.reveal(),
    cloudmore.username,
    cloudmore.password.reveal(),
    cloudmore.clientSecret.reveal(),
    cloudmore.resellerId,
    ...[autotask.url, cloudmore.url].flatMap((url) => (url === null ? [] : [new URL(url).host])),
  ].map((value) => ({ what: 'a secret, a host or the name of a user', value }));
  const of = autotask.url !== null && isLoopback(autotask.url) ? 'imitation' : 'tenant';
  await writeOutput(file, recordingText({ sides, result, key: await recordingKey(config.keys), of, secrets }));
  context.say(
    line`${file} has the month as a world without names. Read it before you send it on; play it with: ${us()} sandbox --world ${file}`,
  );
}

/** With what each belief is about, so that anyone who reads it needs no table next to it. */
const asShown = (result: ProbeResult): object => ({
  ...result,
  verdicts: result.verdicts.map((judged) => ({ ...judged, ...BELIEFS[judged.id] })),
});
