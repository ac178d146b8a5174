import { withEvidence } from '../../evidence.js';
import { us } from '../../terminal/called.js';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { addMonths, reportMonthOf } from '../../../shared/billing/basics/month.js';
import type { Day, Month } from '../../../shared/billing/types.js';
import { driftOf, inspect, type Certificate, type Verdict } from '../../../shared/close/certificate.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { isMissing } from '../../../shared/files.js';
import { connectVendors } from '../../../shared/vendors.js';
import { closeMonth, closesPrefix, readBothSides } from '../../month-end/closing.js';
import { progressOn, today, type Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { checkOutput, readNamedJson, writeOutput } from '../../files.js';
import { senderOf } from '../../sender.js';
import { renderCertificate } from './text.js';
import { forged } from '../../month-end/seal.js';
import { jsonText } from '../../terminal/printable.js';

export interface CloseOptions {
  month: Month | undefined;
  asOf?: Day | undefined;
  out?: string | undefined;
  verify?: string | undefined;
  json: boolean;
  actor?: string | undefined;
}

/** Closes a month: both sides are read again, and what agrees to the cent is certified. Or verifies what was certified before. */
export async function close(context: Context, options: CloseOptions): Promise<ExitCode> {
  if (options.verify !== undefined) return verify(context, options.verify, options.json);
  if (options.month === undefined)
    throw new CommandError(EXIT.usage, `Name a month (${us()} close 2025-10), or a certificate (${us()} close --verify FILE).`);
  const config = loadConfig(context.environment);
  const { month, asOf = today(config.schedule.timeZone) } = options;
  await checkOutput(options.out);
  const { certificate, isNew } = await closeMonth(config, {
    ...{ month, asOf, shown: null, from: senderOf(options.actor) },
    vendors: connectVendors(config),
    say: (text) => context.say(text),
    onProgress: progressOn(context),
  });
  const { out = `close-${config.broker}-${month}-${certificate.number}.json` } = options;
  await writeCertificate(out, certificate);
  if (!isNew)
    context.say(`${month} is closed already, and nothing has changed since: it stays certificate no. ${certificate.number}.`);
  context.say(`Certificate written to ${out}. Verify it later with: ${us()} close --verify ${out}`);
  context.out(options.json ? jsonText(certificate) : renderCertificate(certificate));
  return EXIT.done;
}

/** A file that is there may be another month's or another broker's certificate: only the same one is written over itself. */
async function writeCertificate(out: string, certificate: Certificate): Promise<void> {
  const content = `${jsonText(certificate)}\n`;
  const there = await readFile(out, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (there !== null && there !== content)
    throw new CommandError(
      EXIT.usage,
      `${out} already exists, and a certificate never replaces anything. Name another file; the certificate is kept in the evidence, and the same command writes it.`,
    );
  if (there === null) await writeOutput(out, content);
}

// ---------------------------------------------------------------------------------------------------------------- verifying

/** Is the paper as it was written, and is the world still as the paper says? The two are told apart. */
async function verify(context: Context, file: string, json: boolean): Promise<ExitCode> {
  const certificate = await readCertificate(file);
  const config = loadConfig(context.environment);
  const verdict = await judge(context, config, certificate);
  const { month, digest } = certificate;
  const lines = {
    holds: [`${file} holds: ${month} in Cloudmore and Autotask is still as certified. Digest ${digest}`],
    tampered: [`${file} has been altered:`, ...verdict.findings.map((finding) => `  ${finding}`)],
    drifted: [
      `${file} is unaltered, but the month has changed since:`,
      ...verdict.findings.map((finding) => `  ${finding}`),
      `See the difference with: ${us()} plan ${month}`,
    ],
  }[verdict.kind];
  context.out(json ? jsonText({ file, month, digest, ...verdict }) : lines.join('\n'));
  return { holds: EXIT.done, tampered: EXIT.failed, drifted: EXIT.waits }[verdict.kind];
}

async function judge(context: Context, config: Config, certificate: Certificate): Promise<Verdict> {
  const findings = [
    ...inspect(certificate),
    ...(await forged(config, certificate)),
    ...(await otherThanKept(config, certificate)),
  ];
  if (findings.length > 0) return { kind: 'tampered', findings };
  if (certificate.broker !== config.broker)
    throw new CommandError(EXIT.usage, `The certificate is broker ${certificate.broker}'s; BILLING_BROKER is ${config.broker}.`);
  const { month, asOf, exclusions: claims, dismissed = [] } = certificate;
  const [own, reportMonth] = [addMonths(month, config.reportMonthOffset), reportMonthOf(certificate)];
  if (own !== reportMonth)
    throw new CommandError(
      EXIT.usage,
      `The certificate is for ${month} billed from the report of ${reportMonth}; REPORT_MONTH_OFFSET=${config.reportMonthOffset} would read the report of ${own}.`,
    );
  const reading = await readBothSides(
    config,
    { month, asOf, claims, held: [], dismissed },
    { vendors: connectVendors(config), onProgress: progressOn(context) },
  );
  // A redacted copy says nothing of whom was taken out, and of nothing that is excluded there.
  const named = new Set(certificate.customers.map(({ organizationName }) => organizationName));
  const differences = reading.differences.filter((one) => certificate.redaction === undefined || named.has(one.organizationName));
  const moved = [...reading.unread, ...driftOf(certificate, reading), ...differences.map(({ message }) => message)];
  return moved.length === 0 ? { kind: 'holds', findings: [] } : { kind: 'drifted', findings: moved };
}

/** Anyone who changes a certificate can compute a digest that fits; the copies in the evidence are not theirs to change. */
const otherThanKept = (config: Config, { broker, month, digest }: Certificate): Promise<string[]> =>
  withEvidence(config, async (evidence) => {
    const prefix = closesPrefix(broker, month);
    const kept = (await evidence.names(prefix)).map((name) => name.slice(prefix.length));
    if (kept.length === 0 || kept.includes(digest)) return [];
    return [`The evidence keeps no certificate with its digest, but ${kept.join(', ')}.`];
  });

const certificateSchema = z.looseObject({
  kind: z.literal('billing-close-certificate'),
  version: z.literal(1),
  broker: z.string(),
  month: z.string(),
  reportMonth: z.string().optional(),
  asOf: z.string(),
  closedAt: z.string(),
  customers: z.array(z.looseObject({ organizationId: z.string(), currency: z.string() })),
  totals: z.array(z.unknown()),
  exclusions: z.array(z.unknown()),
  digest: z.string(),
});

async function readCertificate(file: string): Promise<Certificate> {
  const value = await readNamedJson(file, `the file that ${us()} close wrote`);
  const checked = certificateSchema.safeParse(value);
  if (checked.success) return value as Certificate;
  const [issue] = checked.error.issues;
  throw new CommandError(
    EXIT.usage,
    `${file} is not a close certificate (${issue?.path.join('.')}: ${issue?.message}). Expected a file written by ${us()} close.`,
  );
}
