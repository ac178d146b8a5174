import { digestOf, type Comparison, type CustomerClose, type Exclusion, type Money } from './compare.js';
import { exact, inWords, textOf } from './exact.js';
import type { Invoiced } from './invoiced.js';
import type { Dismissed, SwitchedOff } from './sides.js';

/** The close certificate: what was seen on both sides, and a digest over all of it, so that a change of the paper can be distinguished from a change of the world. */
export interface Certificate {
  kind: 'billing-close-certificate';
  version: 1;
  broker: string;
  month: string;
  /** Lines with a billing date before this day were read. */
  /** The month of the report that it was billed from, where that is another (rule 1.9). */
  reportMonth?: string;
  asOf: string;
  /** Counted from 1 within broker and month; absent in certificates of earlier releases. */
  number?: number;
  /** What the certificate before said otherwise; absent in the first. */
  corrects?: Correction;
  /** ISO time of the reading. */
  closedAt: string;
  /** Whether the month was over: later lines can still come while it is not. */
  isMonthOver: boolean;
  totals: { currency: string; lines: number; report: Money; posted: Money; excluded: Money; rounding: Money }[];
  customers: CustomerClose[];
  exclusions: Exclusion[];
  /** Money without a line that a person set aside: not part of the sums. Absent where there is none. */
  dismissed?: Dismissed[];
  /** What is switched off but still billed in Autotask: not part of the sums. Absent where there is none, and in certificates of earlier releases. */
  switchedOff?: SwitchedOff[];
  /** What customers had been charged by then: a second part, which may change after the month is closed. Absent in certificates of earlier releases. */
  invoiced?: Invoiced;
  /** Lines of the vendor's invoice under no organization: not part of the report. */
  unassigned: { customerName: string | null; productName: string | null; currency: string; cost: string; sales: string }[];
  /** Who decided what of the month, the oldest first, and the digest of the log's newest entry; absent in certificates of earlier releases. */
  decisions?: { log: string | null; entries: CertifiedDecision[] };
  digests: { cloudmore: string; autotask: string; run: string };
  /** SHA-256 of everything above. */
  digest: string;
  /** By whom it was made, and when in the chain of evidence; absent if no key was available, and in certificates of earlier releases. */
  seal?: Seal;
  /** What was taken out of it on request is gone; the digest above is still that of the whole. Absent where nothing was. */
  redaction?: Redaction;
}

/** A copy of which a customer was taken out: the one that sealed the whole says of what is left that it was part of it. */
export interface Redaction {
  /** ISO time. */
  at: string;
  /** SHA-256 of what is left. */
  digest: string;
  keyId: string;
  /** Ed25519 over `redactionText`, base64. */
  signature: string;
}

/** What the signature under a redacted copy is over. */
export const redactionText = (whole: string, left: string): string =>
  ['billing close certificate, redacted', whole, left].join('\n');

/** The certificate with another content, as its redacted copy. Totals stay those of the whole, but where nobody else was billed in a currency. */
export function redactedCopy(
  { digest, seal }: Certificate,
  content: Content,
  at: string,
  { keyId, sign }: { keyId: string; sign: (text: string) => string },
): Certificate {
  const left = {
    ...content,
    totals: content.totals.filter(({ currency }) => content.customers.some((one) => one.currency === currency)),
  };
  const leftDigest = digestOf(left);
  const redaction: Redaction = { at, digest: leftDigest, keyId, signature: sign(redactionText(digest, leftDigest)) };
  return { ...left, digest, ...(seal === undefined ? {} : { seal }), redaction };
}

export interface Correction {
  number: number;
  digest: string;
  changes: string[];
}

/** A decision as it is certified: its place in the log, and what it says. */
export interface CertifiedDecision {
  number: number;
  at: string;
  action: string;
  /** Null where nobody was named. */
  actor: string | null;
  via: string;
  organizationName: string | null;
  reason: string | null;
  digest: string | null;
  amounts: { sales: string; cost: string; currency: string } | null;
  /** Absent in certificates of earlier releases. */
  details?: string | null;
}

export interface Seal {
  /** The last entry of the evidence when the month was closed. */
  chain: { seq: number; hash: string } | null;
  keyId: string;
  /** Ed25519 over `sealText`, base64. */
  signature: string;
}

/** What a certificate's signature is over. */
export const sealText = (digest: string, chain: Seal['chain']): string =>
  ['billing close certificate', digest, chain === null ? '' : `${chain.seq} ${chain.hash}`].join('\n');

type Content = Omit<Certificate, 'digest' | 'seal' | 'redaction'>;

export function certificateOf(
  head: Pick<Certificate, 'broker' | 'month' | 'reportMonth' | 'asOf' | 'closedAt' | 'isMonthOver' | 'unassigned'> & {
    runDigest: string;
    dismissed: Dismissed[];
    switchedOff: SwitchedOff[];
    invoiced: Invoiced;
  } & Pick<Certificate, 'number' | 'corrects' | 'decisions'>,
  { customers, exclusions }: Comparison,
): Certificate {
  const { broker, month, reportMonth, asOf, closedAt, isMonthOver, unassigned, runDigest } = head;
  const { dismissed, switchedOff, invoiced, number, corrects, decisions } = head;
  const content: Content = {
    kind: 'billing-close-certificate',
    version: 1,
    broker,
    month,
    ...(reportMonth === undefined ? {} : { reportMonth }),
    asOf,
    ...(number === undefined ? {} : { number }),
    ...(corrects === undefined ? {} : { corrects }),
    closedAt,
    isMonthOver,
    totals: totalsOf(customers),
    customers,
    exclusions,
    ...(dismissed.length === 0 ? {} : { dismissed }),
    ...(switchedOff.length === 0 ? {} : { switchedOff }),
    invoiced,
    unassigned,
    ...(decisions === undefined ? {} : { decisions }),
    digests: {
      cloudmore: digestOf(customers.map(({ organizationId, digests }) => [organizationId, digests.cloudmore])),
      autotask: digestOf(customers.map(({ organizationId, digests }) => [organizationId, digests.autotask])),
      run: runDigest,
    },
  };
  return { ...content, digest: digestOf(content) };
}

function totalsOf(customers: CustomerClose[]): Certificate['totals'] {
  const currencies = [...new Set(customers.map(({ currency }) => currency))].sort();
  return currencies.map((currency) => {
    const own = customers.filter((customer) => customer.currency === currency);
    const sum = (part: 'report' | 'posted' | 'excluded' | 'rounding'): Money => ({
      cost: textOf(
        own.reduce((all, customer) => all + exact(customer[part].cost), 0n),
        currency,
      ),
      sales: textOf(
        own.reduce((all, customer) => all + exact(customer[part].sales), 0n),
        currency,
      ),
    });
    const lines = own.reduce((count, customer) => count + customer.lines, 0);
    return {
      currency,
      lines,
      report: sum('report'),
      posted: sum('posted'),
      excluded: sum('excluded'),
      rounding: sum('rounding'),
    };
  });
}

// ---------------------------------------------------------------------------------------------------------------- verifying

export interface Verdict {
  kind: 'holds' | 'tampered' | 'drifted';
  findings: string[];
}

/** Whether the paper is as it was written: its digest fits its content, and its sums its customers. Nothing else is asked. */
export function inspect({ digest, seal: _, redaction, ...content }: Certificate): string[] {
  const findings: string[] = [];
  if (digestOf(content) !== (redaction?.digest ?? digest))
    findings.push('Its digest does not fit its content: it was changed after it was made.');
  // Totals of a redacted copy are those of the whole.
  if (redaction === undefined && digestOf(totalsOf(content.customers)) !== digestOf(content.totals))
    findings.push('Its totals are not the sums of its customers.');
  for (const { organizationName, currency, report, posted, excluded, rounding } of content.customers)
    for (const side of ['cost', 'sales'] as const)
      if (exact(report[side]) !== exact(posted[side]) + exact(excluded[side]) + exact(rounding[side]))
        findings.push(`${organizationName}: its ${side} in ${currency} do not add up.`);
  return findings;
}

/** What another certificate of the same month says otherwise, in sentences; none where both say the same of the same month. */
export function changesSince(then: Certificate, now: Certificate): string[] {
  const moved = driftOf(then, now);
  const parts: [was: unknown, is: unknown, change: string][] = [
    [then.exclusions, now.exclusions, `What is excluded, or why, has changed${movedText(then.exclusions, now.exclusions)}.`],
    [
      then.dismissed ?? [],
      now.dismissed ?? [],
      `What was set aside without a line has changed${movedText(then.dismissed ?? [], now.dismissed ?? [])}.`,
    ],
    [
      then.switchedOff ?? [],
      now.switchedOff ?? [],
      `What is switched off but still billed has changed${movedText(then.switchedOff ?? [], now.switchedOff ?? [])}.`,
    ],
    [then.invoiced, now.invoiced, `What customers were charged has changed${chargesMoved(then.invoiced, now.invoiced)}.`],
    [
      then.unassigned,
      now.unassigned,
      `The lines without an organization have changed${movedText(then.unassigned, now.unassigned)}.`,
    ],
    [then.isMonthOver, now.isMonthOver, 'The month was not over then, and is now.'],
  ];
  return [...moved, ...parts.flatMap(([was, is, change]) => (digestOf([was]) === digestOf([is]) ? [] : [change]))];
}

type Priced = Pick<Money, 'sales'> & { currency: string };

/** ": 36.00 → 66.00 EUR", by currency; nothing where the totals are the same. */
function movedText(then: Priced[], now: Priced[]): string {
  const sumOf = (all: Priced[], currency: string): string =>
    textOf(
      all.filter((one) => one.currency === currency).reduce((sum, { sales }) => sum + exact(sales), 0n),
      currency,
    );
  const currencies = [...new Set([...then, ...now].map(({ currency }) => currency))].sort();
  return listed(currencies.flatMap((currency) => arrow(sumOf(then, currency), sumOf(now, currency), currency)));
}

/** The parts that moved: ": invoiced 0.00 → 7,120.32 EUR". */
function chargesMoved(then: Invoiced | undefined, now: Invoiced | undefined): string {
  const parts = ['invoiced', 'posted', 'open', 'differences'] as const;
  return listed(
    (now?.totals ?? []).flatMap((total) => {
      const before = then?.totals.find(({ currency }) => currency === total.currency);
      return parts.flatMap((part) =>
        arrow(before?.[part] ?? '0', total[part], total.currency).map((moved) => `${CHARGED[part]} ${moved}`),
      );
    }),
  );
}

const CHARGED = { invoiced: 'invoiced', posted: 'to invoice', open: 'not posted', differences: 'differences' } as const;

const arrow = (from: string, to: string, currency: string): string[] =>
  exact(from) === exact(to) ? [] : [`${inWords(textOf(exact(from), currency))} → ${inWords(to)} ${currency}`];

const listed = (moved: string[]): string => (moved.length === 0 ? '' : `: ${moved.join(', ')}`);

/** What moved on either side since: the same customers, read again. */
export function driftOf(then: Certificate, now: Pick<Certificate, 'customers'>): string[] {
  // Of whom a redacted copy says nothing, nothing can have moved since.
  const isComparable = (key: string): boolean => then.redaction === undefined || before.has(key);
  const keyOf = ({ organizationId, currency }: CustomerClose): string => `${organizationId}|${currency}`;
  const before = new Map(then.customers.map((customer) => [keyOf(customer), customer]));
  const after = new Map(now.customers.map((customer) => [keyOf(customer), customer]));
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter(isComparable).sort();
  return keys.flatMap((key) => movedOf(before.get(key), after.get(key)));
}

function movedOf(before: CustomerClose | undefined, after: CustomerClose | undefined): string[] {
  const { organizationName, currency } = (after ?? before)!;
  const moved = (what: 'report' | 'posted', side: string, digest: 'cloudmore' | 'autotask'): string[] => {
    if (before?.digests[digest] === after?.digests[digest]) return [];
    const [from, to] = [before?.[what].sales ?? '0', after?.[what].sales ?? '0'];
    const figures =
      from === to
        ? `${inWords(to)} ${currency}: same total, different amounts behind it`
        : `${inWords(from)} → ${inWords(to)} ${currency}`;
    return [`${organizationName}: ${side} has changed since: ${figures}.`];
  };
  return [...moved('report', "Cloudmore's report", 'cloudmore'), ...moved('posted', 'Autotask', 'autotask')];
}
