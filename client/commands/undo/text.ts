import { hint } from '../../terminal/called.js';
import type { UndoMonth } from '../../../activities/decide/preview-undo.js';
import { markOf } from '../../../shared/billing/derivation/describe.js';
import { amountText, big, grouped, postedWords, sum } from '../../../shared/billing/basics/decimal.js';
import { groupBy } from '../../../shared/billing/basics/text.js';
import type { UndoLine, UndoPlan } from '../../../shared/billing/plan/undo.js';
import { option } from '../../../shared/billing/basics/command.js';
import { onTerminal } from '../../terminal/printable.js';

/** The way back as people read it: per customer what stands and what stood, the steps, and what stays with the reason. */
export const renderUndo = onTerminal(undoText);

export interface ShownUndo extends UndoMonth {
  /** That the month is closed; null where it is not. */
  closed: string | null;
  /** It is only looked at: the command that carries it out is named. */
  isPreview: boolean;
}

function undoText({ month, organizations, untouched, closed, isPreview }: ShownUndo): string {
  const moving = organizations.filter(({ lines, held }) => lines.length > 0 || held !== null);
  const back = organizations.length - moving.length;
  return [
    ...(closed === null ? [] : [`${closed} What is taken back is in its next certificate.`]),
    ...moving.map(organizationText),
    ...(back === 0 ? [] : [`${count(back)} as before ${month}.`]),
    ...(untouched.length === 0 ? [] : [`The evidence knows of no write for ${month} of: ${untouched.join(', ')}.`]),
    lastLine(month, moving, isPreview),
  ].join('\n\n');
}

const count = (number: number): string => (number === 1 ? '1 customer stands' : `${number} customers stand`);

function organizationText({ organizationName, lines, steps, held }: UndoPlan): string {
  return [
    organizationName,
    ...(held === null ? [] : [`  ! ${held}`]),
    ...[...groupBy(lines, ({ message }) => message ?? '')].flatMap(([message, group]) => [
      ...group.map(lineText),
      ...(message === '' ? [] : [`    ${message}`]),
    ]),
    ...steps.map((step) => `    ${markOf(step, { items: [] })} ${step.summary}`),
  ].join('\n');
}

function lineText({ name, contractId, outcome, now, before, currency }: UndoLine): string {
  const where = `${name}, contract ${contractId}`;
  return outcome === 'held'
    ? `  ! ${where}: ${amountText(now.sales, currency)} (cost ${grouped(now.cost)}) stays`
    : `  ~ ${where}: ${grouped(now.sales)} → ${amountText(before.sales, currency)} (cost ${grouped(now.cost)} → ${grouped(before.cost)})`;
}

function lastLine(month: string, organizations: UndoPlan[], isPreview: boolean): string {
  const steps = organizations.reduce((total, plan) => total + plan.steps.length, 0);
  if (steps === 0) return `There is nothing in ${month} that can be taken back here. Nothing was written.`;
  const undone = organizations.flatMap(({ lines }) => lines.filter(({ outcome }) => outcome === 'undone'));
  const what = `${steps === 1 ? '1 step takes' : `${steps} steps take`} ${sums(undone)} of ${month} back.`;
  if (!isPreview) return what;
  return [
    `${what} This is a preview; nothing was written.`,
    `Carry it out with: ${hint('undo', month, ...named(organizations), '--write', '--reason')} TEXT. The month is not billed again until a rerun.`,
  ].join('\n');
}

/** One customer is named; of several nobody knows whether all are meant. */
const named = (organizations: UndoPlan[]): string[] =>
  organizations.length === 1 ? option('--organization', organizations[0]!.organizationId) : [];

/** What is taken back, by currency: "1,390.61 EUR". */
const sums = (lines: UndoLine[]): string =>
  [...groupBy(lines, ({ currency }) => currency)]
    .map(([currency, group]) => {
      const difference = sum(group.map(({ now, before }) => big(now.sales).minus(before.sales)));
      return postedWords(difference, currency);
    })
    .join(' + ');
