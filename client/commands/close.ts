import { us } from '../called.js';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Named } from '../../shared/billing/named.js';
import { lastDay } from '../../shared/billing/month.js';
import type { MonthResult, Outcome } from '../../shared/billing/results.js';
import type { Day, Month } from '../../shared/billing/types.js';
import { unreadText } from '../../shared/billing/unread.js';
import { certificateOf, changesSince, driftOf, inspect, type Certificate, type Verdict } from '../../shared/close/certificate.js';
import type { Claim, Difference } from '../../shared/close/compare.js';
import type { Dismissed } from '../../shared/close/sides.js';
import { loadConfig, type BaseConfig, type Config } from '../../shared/config.js';
import { decisionsOf, newestDecision, recordDecision } from '../../shared/decisions/decisions.js';
import { addCertificate } from '../../shared/evidence/closed.js';
import { openEvidence, type Evidence } from '../../shared/evidence/index.js';
import { isMissing } from '../../shared/files.js';
import type { MonthRead } from '../../shared/evidence/months.js';
import { readForClose, type Reading } from '../close.js';
import { today, type Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../exit.js';
import { checkOutput, readNamedJson, writeOutput } from '../files.js';
import { requireMonth } from '../months.js';
import { actorOf } from '../sender.js';
import { renderCertificate } from '../render/certificate.js';
import { forged, sealed } from '../seal.js';
import type { CloseRequest } from '../sides.js';
import { reachable } from './plan.js';
import { jsonText, line } from '../render/printable.js';

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
  const read = await requireMonth(config, month);
  refuseWhileOpen(read);
  const dismissed = dismissedOf(read.outcomes);
  const claims = claimsOf(read.outcomes, 'excluded');
  const reading = await readAnew(context, config, { month, asOf, claims, held: [], dismissed });
  if (reading.unread.length > 0) throw new CommandError(EXIT.waits, unreadRefusal(month, reading.unread));
  if (reading.differences.length > 0) throw new CommandError(EXIT.waits, refusal(month, reading.differences));
  const head = {
    broker: config.broker,
    month,
    asOf,
    closedAt: new Date().toISOString(),
    isMonthOver: asOf > lastDay(month),
    unassigned: reading.unassigned.map(({ invoiceNumber: _, ...line }) => line),
    runDigest: read.result.digest,
    dismissed,
    invoiced: reading.invoiced,
  };
  const { certificate, isNew } = await withEvidence(config, (evidence) =>
    certify(context, config, evidence, (more) => certificateOf({ ...head, ...more }, reading), actorOf(options.actor)),
  );
  const { out = `close-${config.broker}-${month}-${certificate.number}.json` } = options;
  await writeCertificate(out, certificate);
  if (!isNew)
    context.say(`${month} is closed already, and nothing has changed since: it stays certificate no. ${certificate.number}.`);
  context.say(`Certificate written to ${out}. Verify it later with: ${us()} close --verify ${out}`);
  context.out(options.json ? jsonText(certificate) : renderCertificate(certificate));
  return EXIT.done;
}

async function readAnew(
  context: Context,
  config: Config,
  request: Pick<CloseRequest, 'month' | 'asOf' | 'claims' | 'held' | 'dismissed'>,
): Promise<Reading> {
  const named = await withEvidence(config, (evidence) => namedIn(evidence, config.broker, request.month));
  return reachable(() =>
    readForClose(config, { ...request, named, onProgress: (what) => void (context.isTerminal && context.say(what)) }),
  );
}

/** What was ever named and billed on. Without it nobody could tell what stands in Autotask without a line. */
export async function namedIn(evidence: Evidence, broker: string, month: Month): Promise<Named> {
  const ref = await evidence.pointer(`named/${broker}`);
  if (ref !== null) return evidence.get<Named>(ref);
  throw new CommandError(
    EXIT.waits,
    `BILLING_EVIDENCE does not keep what Cloudmore ever named, as a run of this version does. Bring the month up to date once more, then close again: ${us()} run ${month} --wait`,
  );
}

// ---------------------------------------------------------------------------------------------------------------- refusing

/** Nothing is certified while something is held or unknown. */
function refuseWhileOpen({ result, record }: MonthRead): void {
  const open = openParts(result);
  if (record.heldMonth !== null) open.unshift(record.heldMonth);
  if (open.length === 0) return;
  throw new CommandError(
    EXIT.waits,
    [
      `${result.month} cannot be closed yet:`,
      ...open.map((part) => `  ${part}`),
      `To see how to resolve each one: ${us()} report ${result.month}`,
    ].join('\n'),
  );
}

function openParts({ held, awaiting, otherCurrencies, organizations, currency, mode, unread }: MonthResult): string[] {
  const running = organizations.filter(({ status }) => status === 'Running' || status === 'Failed');
  return [
    ...[{ currency, held }, ...otherCurrencies]
      .filter((one) => one.held.lines > 0)
      .map(
        (one) => `${one.held.sales} ${one.currency} held, of ${one.held.lines} lines${mode === 'shadow' ? ' (shadow mode)' : ''}`,
      ),
    ...organizations.flatMap(({ organizationName, items }) =>
      items
        .filter(({ outcome, reason }) => outcome === 'ghost' && reason !== 'dismissed')
        .map(
          (one) =>
            line`${one.sales} ${one.currency} in Autotask without a line in the report: ${organizationName}, contract ${one.contractId}`,
        ),
    ),
    ...(awaiting.lines > 0 ? [`${awaiting.sales} ${currency} of last month stand until the report comes`] : []),
    ...(unread === undefined ? [] : unread.listed.filter(({ bearsOnMonth }) => bearsOnMonth).map(unreadText)),
    ...running.map(({ organizationName, status }) => line`${organizationName} is ${status}`),
  ];
}

/** What the run left out, or holds, with the reasons it recorded. */
export const claimsOf = (outcomes: Outcome[], of: 'excluded' | 'held'): Claim[] =>
  outcomes.flatMap(({ organizationId, organizationName, items }) =>
    items
      .filter(({ outcome }) => outcome === of)
      .map(({ contractKey, productName, currency, cost, sales, reason }) => ({
        organizationId,
        organizationName,
        contractKey,
        productName,
        currency,
        cost,
        sales,
        reason: reason ?? of,
      })),
  );

/** What people set aside, as it stood when the run saw it. */
export const dismissedOf = (outcomes: Outcome[]): Dismissed[] =>
  outcomes.flatMap(({ organizationName, ghosts }) =>
    ghosts.flatMap(({ contractId, currency, cost, sales, dismissed: reason }) =>
      reason === undefined ? [] : [{ organizationName, contractId, currency, cost, sales, reason }],
    ),
  );

const DIFFERENCES_SHOWN = 50;

function unreadRefusal(month: Month, unread: string[]): string {
  const more = unread.length - DIFFERENCES_SHOWN;
  return [
    `${month} cannot be closed: ${unread.length === 1 ? 'one record' : `${unread.length} records`} could not be read.`,
    ...unread.slice(0, DIFFERENCES_SHOWN).map((text) => `  ${text}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join('\n');
}

function refusal(month: Month, differences: Difference[]): string {
  const more = differences.length - DIFFERENCES_SHOWN;
  return [
    `${month} cannot be closed: ${differences.length === 1 ? 'one amount does' : `${differences.length} amounts do`} not agree.`,
    ...differences.slice(0, DIFFERENCES_SHOWN).map(({ message }) => `  ${message}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    `Something moved since the last run. Bring it up to date, then close again: ${us()} run ${month} --wait`,
  ].join('\n');
}

// ---------------------------------------------------------------------------------------------------------------- the certificate

const closesPrefix = (broker: string, month: Month): string => `closes/${broker}/${month}/`;

type More = Pick<Certificate, 'number' | 'corrects' | 'decisions'>;

/**
 * The month's next certificate, with what it says otherwise than the one before; that one, where nothing has changed. Each is kept in the evidence, and none
 * is ever replaced: a paper that was made again after a change is told from the one that was made here.
 */
async function certify(
  context: Context,
  config: BaseConfig,
  evidence: Evidence,
  certificateWith: (more: More) => Certificate,
  actor: string,
): Promise<{ certificate: Certificate; isNew: boolean }> {
  const { broker } = config;
  const { month } = certificateWith({});
  const decisions = await certifiedDecisions(evidence, broker, month);
  let made: Certificate | undefined;
  const kept = await addCertificate(evidence, broker, month, async (before) => {
    const last = before.at(-1);
    const number = (last?.number ?? 0) + 1;
    const then = last && (await evidence.get<Certificate>(last.ref));
    const changes = then === undefined ? [] : changesSince(then, certificateWith({}));
    if (then !== undefined && changes.length === 0) {
      made = then;
      return null;
    }
    const corrects = last && { number: last.number, digest: last.digest, changes };
    const certificate = certificateWith({ number, decisions, ...(corrects === undefined ? {} : { corrects }) });
    made = await sealed(context, config, evidence, certificate);
    const ref = await evidence.put(made);
    await evidence.point(closesPrefix(broker, month) + made.digest, ref);
    return { number, digest: made.digest, closedAt: made.closedAt, ref };
  });
  if (kept !== null) await recordClose(evidence, made!, actor);
  return { certificate: made!, isNew: kept !== null };
}

async function certifiedDecisions(
  evidence: Evidence,
  broker: string,
  month: Month,
): Promise<NonNullable<Certificate['decisions']>> {
  const { entries, problem } = await decisionsOf(evidence, broker, month);
  if (problem !== null) throw new CommandError(EXIT.failed, `${month} cannot be closed: ${problem}`);
  return {
    log: await newestDecision(evidence, broker),
    entries: entries.map(({ number, at, action, actor, via, organizationName, reason, digest, amounts }) => ({
      number,
      at,
      action,
      actor,
      via,
      organizationName,
      reason,
      digest,
      amounts,
    })),
  };
}

async function recordClose(
  evidence: Evidence,
  { broker, month, digest, closedAt, number, totals }: Certificate,
  actor: string,
): Promise<void> {
  const [first] = totals;
  await recordDecision(evidence, broker, `close/${digest}`, {
    at: closedAt,
    action: 'close',
    actor,
    via: 'command',
    month,
    organizationId: null,
    organizationName: null,
    reason: null,
    digest,
    amounts: first === undefined ? null : { ...first.posted, currency: first.currency },
    details: `certificate no. ${number}`,
  });
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
      `${out} is there already, and a certificate never replaces anything. Name another file; the certificate is kept in the evidence, and the same command writes it.`,
    );
  if (there === null) await writeOutput(out, content);
}

export async function withEvidence<T>(config: BaseConfig, use: (evidence: Evidence) => Promise<T>): Promise<T> {
  const evidence = openEvidence(config.evidence, config);
  try {
    return await use(evidence);
  } finally {
    await evidence.close();
  }
}

// ---------------------------------------------------------------------------------------------------------------- verifying

/** Is the paper as it was written, and is the world still as the paper says? The two are told apart. */
async function verify(context: Context, file: string, json: boolean): Promise<ExitCode> {
  const certificate = await readCertificate(file);
  const config = loadConfig(context.environment);
  const verdict = await judge(context, config, certificate);
  const { month, digest } = certificate;
  const lines = {
    holds: [`${file} holds: ${month} is in Cloudmore and Autotask as it was certified. Digest ${digest}`],
    tampered: [`${file} is not as it was written:`, ...verdict.findings.map((finding) => `  ${finding}`)],
    drifted: [
      `${file} is as it was written, but the month has moved since:`,
      ...verdict.findings.map((finding) => `  ${finding}`),
      `Look at the difference with: ${us()} plan ${month}`,
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
  const reading = await readAnew(context, config, { month, asOf, claims, held: [], dismissed });
  // A redacted copy says nothing of whom was taken out, and of nothing that is excluded there.
  const told = new Set(certificate.customers.map(({ organizationName }) => organizationName));
  const differences = reading.differences.filter((one) => certificate.redaction === undefined || told.has(one.organizationName));
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
    `${file} is not a close certificate (${issue?.path.join('.')}: ${issue?.message}). Expected the file that ${us()} close wrote.`,
  );
}
