import { dismissed, isOpen, UNKNOWN_CONTRACT, type Dismissal } from '../../shared/billing/ghosts/dismissal.js';
import { amountText, money, sum } from '../../shared/billing/basics/decimal.js';
import { digestOf } from '../../shared/billing/basics/keys.js';
import { typeInWords } from '../../shared/billing/basics/record-types.js';
import type { Ghost } from '../../shared/billing/plan-types.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import { same } from '../../shared/billing/basics/text.js';
import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import { recordDecision } from '../../shared/decisions/decisions.js';
import { dismissalRef, keepDismissal } from '../../shared/evidence/dismissals.js';
import { openEvidence, type Evidence } from '../../shared/evidence/index.js';
import { readMonth } from '../../shared/evidence/months.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { actorOf } from '../sender.js';
import { notRunYet } from '../months.js';
import { line } from '../terminal/printable.js';

export interface DismissOptions {
  month: Month;
  /** One of the two: where it stands; or, where nobody knows the contract, what it was billed for. */
  contract?: number | undefined;
  subscription?: string | undefined;
  reason: string;
  actor?: string | undefined;
}

/** Sets aside what stands on a contract without a line (rule 8.8): a person has looked at it, and it is right as it is. Nothing is written to Autotask. */
export async function dismiss(context: Context, options: DismissOptions): Promise<ExitCode> {
  const { month, reason } = options;
  const place = placeOf(options);
  if (reason.trim() === '')
    throw new CommandError(EXIT.usage, 'Why is it right as it is? Expected --reason with a text, for anyone who asks later.');
  const config = loadBaseConfig(context.environment);
  const { broker } = config;
  const evidence = openEvidence(config.evidence, config);
  try {
    const read = await readMonth(evidence, broker, month);
    if (read === null) throw notRunYet(month);
    const found = foundOn(read.outcomes, month, place);
    const open = found.ghosts.filter(isOpen);
    if (open.length === 0) {
      context.out(nothingOpen(found.ghosts, month, place));
      return EXIT.done;
    }
    await keep(evidence, { broker, outcome: found.outcome, open, place, options });
    for (const ghost of open)
      context.out(line`Dismissed: ${amountOf([ghost])}, ${ghost.itemCode ?? typeInWords(ghost.type)}, ${place.words}.`);
    context.out('It stays listed, no longer counts, and comes back when its amount changes.');
    return EXIT.done;
  } finally {
    await evidence.close();
  }
}

/** Where the money stands that is set aside. */
interface Place {
  contractId: number;
  words: string;
  holds: (ghost: Ghost) => boolean;
}

function placeOf({ contract, subscription }: DismissOptions): Place {
  if ((contract === undefined) === (subscription === undefined))
    throw new CommandError(EXIT.usage, 'Which money? Expected either --contract or --subscription, as the report names it.');
  if (contract === UNKNOWN_CONTRACT)
    throw new CommandError(
      EXIT.usage,
      'Contract 0 does not exist, and may stand for several customers: name the --subscription instead.',
    );
  if (contract !== undefined)
    return { contractId: contract, words: `contract ${contract}`, holds: ({ contractId }) => contractId === contract };
  return {
    contractId: UNKNOWN_CONTRACT,
    words: line`subscription ${subscription!}`,
    holds: ({ contractId, contractKey }) => contractId === UNKNOWN_CONTRACT && same(contractKey, subscription),
  };
}

interface Found {
  outcome: Outcome;
  ghosts: Ghost[];
}

const isListed = ({ outcome }: Ghost): boolean => outcome !== 'zeroed';

function foundOn(outcomes: Outcome[], month: Month, place: Place): Found {
  const listed = outcomes.map((outcome) => ({ outcome, ghosts: outcome.ghosts.filter(isListed) }));
  const on = listed.flatMap(({ outcome, ghosts }) => {
    const own = ghosts.filter(place.holds);
    return own.length === 0 ? [] : [{ outcome, ghosts: own }];
  });
  if (on.length > 0) return { outcome: on[0]!.outcome, ghosts: on.flatMap(({ ghosts }) => ghosts) };
  const others = listed.flatMap(({ outcome, ghosts }) => ghosts.filter(isOpen).map((ghost) => ({ outcome, ghost })));
  throw new CommandError(EXIT.usage, noneOn(month, place, others));
}

const CONTRACTS_SHOWN = 20;

function noneOn(month: Month, { words }: Place, others: { outcome: Outcome; ghost: Ghost }[]): string {
  const nothing = `Nothing on ${words} is without a line in ${month}.`;
  if (others.length === 0) return `${nothing} Nothing is elsewhere either, so there is nothing to dismiss.`;
  const contracts = others
    .slice(0, CONTRACTS_SHOWN)
    .map(({ outcome, ghost }) => line`  ${optionFor(ghost)}: ${amountOf([ghost])}, ${outcome.organizationName}`);
  const more = others.length - contracts.length;
  return [`${nothing} What is:`, ...contracts, ...(more > 0 ? [`  … and ${more} more`] : [])].join('\n');
}

const optionFor = ({ contractId, contractKey }: Ghost): string =>
  contractId === UNKNOWN_CONTRACT ? `--subscription ${contractKey}` : `--contract ${contractId}`;

function nothingOpen(ghosts: Ghost[], month: Month, { words }: Place): string {
  const before = ghosts.find(({ dismissed: reason }) => reason !== undefined);
  return before === undefined
    ? `Nothing to dismiss: the amounts on ${words} in ${month} stay until the report arrives.`
    : line`Nothing to dismiss: the amounts on ${words} in ${month} are already dismissed (${before.dismissed!}).`;
}

interface KeepInput {
  broker: string;
  outcome: Outcome;
  open: Ghost[];
  place: Place;
  options: DismissOptions;
}

/** The log first: a command that is interrupted between the two is repeated, which is one entry. */
async function keep(
  evidence: Evidence,
  {
    broker,
    outcome: { organizationId, organizationName },
    open,
    place: { contractId, words },
    options: { month, reason, ...options },
  }: KeepInput,
): Promise<void> {
  const at = new Date().toISOString();
  const actor = actorOf(options.actor);
  const dismissal: Dismissal = { contractId, reason, actor, at, ghosts: open.map(dismissed) };
  const before = await dismissalRef(evidence, broker, contractId);
  const request = `dismiss/${digestOf([month, contractId, reason, actor, before, dismissal.ghosts])}`;
  await recordDecision(evidence, broker, request, {
    at,
    action: 'dismiss',
    actor,
    via: 'command',
    month,
    organizationId,
    organizationName,
    reason,
    digest: null,
    amounts: { ...totalOf(open), currency: currencyOf(open) },
    details: words,
  });
  await keepDismissal(evidence, broker, dismissal);
}

/** A contract is billed in one currency: its company's. */
const currencyOf = (ghosts: Ghost[]): string => ghosts[0]!.currency;

const totalOf = (ghosts: Ghost[]): { sales: string; cost: string } => ({
  sales: money(sum(ghosts.map(({ sales }) => sales)), currencyOf(ghosts)),
  cost: money(sum(ghosts.map(({ cost }) => cost)), currencyOf(ghosts)),
});

const amountOf = (ghosts: Ghost[]): string => amountText(totalOf(ghosts).sales, currencyOf(ghosts));
