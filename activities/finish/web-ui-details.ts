import { adviceFor, commandFor, commandOf, reasonInWords, type Addressee } from '../../shared/billing/results/advice.js';
import { groupedByRemedy, sharedEnd, whyWaiting, type Cause } from '../../shared/billing/results/causes.js';
import { command, option } from '../../shared/billing/basics/command.js';
import { describeStep, markOf } from '../../shared/billing/derivation/describe.js';
import { amountsTable, code, joined, md, type Markdown } from '../../shared/billing/basics/markdown.js';
import { salesText } from '../../shared/billing/basics/sales-text.js';
import type { ItemResult, OrganizationResult, Outcome } from '../../shared/billing/results/results.js';
import { statusInWords } from '../../shared/billing/results/status.js';
import { groupBy, type NonEmpty } from '../../shared/billing/basics/text.js';

/** What an operator reads of an organization in the Web UI (tab User Metadata): Markdown, kept short, what to do first. */

const SHOWN = 20;

export function detailsOf(outcome: Outcome, result: OrganizationResult, currency: string): string {
  const company =
    outcome.companyId === null
      ? md`
no Autotask company
        `
      : md`Autotask company ${outcome.companyId}`;
  const waits = result.waitsSince === null ? md`` : md` Waits since ${result.waitsSince}.`;
  return joined(
    [
      md`## ${outcome.organizationName} · ${outcome.month} · ${statusInWords(outcome.status)}`,
      md`As of ${outcome.asOf}, ${company}, amounts in ${currency}.${waits}`,
      ...(outcome.message === null ? [] : [md`${outcome.message}`]),
      ...whatToDo(outcome, result),
      amountsTable(result),
      ...section(stepsTitle(outcome), outcome.steps, (step) => md`${code(markOf(step, outcome))} ${describeStep(step, outcome)}`),
      ...section(
        'What a release would write',
        outcome.onRelease ?? [],
        ({ mark, text }) => md`${code(mark)} ${text}`,
        md`: ${code(command('plan', outcome.month, '--full', ...option('--organization', outcome.organizationId)))}`,
      ),
      ...section('Left out', leftOut(result), leftOutOf),
      ...section('Notes', outcome.notes, ({ message }) => md`${message}`),
    ],
    '\n\n',
  ).text;
}

/** One paragraph for what one command resolves: how much, why, what to do, and the signal or command to continue with. */
function whatToDo(outcome: Outcome, result: OrganizationResult): Markdown[] {
  const addressee = { ...result, month: outcome.month };
  const waiting = result.items.filter(({ outcome: end }) => end === 'held' || end === 'ghost');
  const remedies = groupedByRemedy(waiting, (item) => commandOf(item, addressee));
  return section('What to do', remedies, (causes) => causesOf(causes, addressee));
}

function causesOf(causes: NonEmpty<Cause>, addressee: Addressee): Markdown {
  const [[first]] = causes;
  const { own, shared } = sharedEnd(causes.map(([one]) => whyWaiting(one)));
  const command = commandOf(first, addressee);
  const more = causes.length - SHOWN;
  const lines = [
    ...causes.slice(0, SHOWN).flatMap((items, index) => [amountOf(items), ...sentence(own[index]!)]),
    ...(more > 0 ? [md`… and ${more} more, see the report`] : []),
    ...sentence(shared),
    ...(command === null ? [] : [signalOf(first, addressee), code(command)]),
  ];
  // Two blanks at the end of a line begin the next one.
  return joined(lines, '  \n  ');
}

const sentence = (text: string): Markdown[] => (text === '' ? [] : [md`${text}`]);

function amountOf(items: Cause): Markdown {
  const [first] = items;
  const names = [...new Set(items.map(({ productName }) => productName))];
  const what = names.length === 1 ? md`${names[0]!}` : md`${items.length} items`;
  return md`**${what}: ${salesText(items)}**, ${reasonInWords(first.reason ?? first.outcome)}`;
}

/** The same by the Web UI's dialog. */
function signalOf(item: ItemResult, addressee: Addressee): Markdown {
  const isReasons = commandOf(item, addressee) === commandFor(item.reason, addressee);
  const input = code(JSON.stringify(addressee.planDigest));
  switch (isReasons ? adviceFor(item.reason)?.next : null) {
    case 'rerun':
      return md`Then send the signal ${code('rerun')} (with a reason), or:`;
    case 'approve':
      return md`Release it with the signal ${code('approve')}, input ${input}, or:`;
    case 'approve-all':
      return md`Release it with the signal ${code('approve')}, input ${input}; the whole month with:`;
    default:
      return md`
Then:
      `;
  }
}

const stepsTitle = ({ status }: Outcome): string =>
  status === 'AwaitingApproval' ? 'What the plan would do' : status === 'Skipped' ? 'What was left undone' : 'Steps';

const leftOut = ({ items }: OrganizationResult): NonEmpty<ItemResult>[] => {
  const excluded = items.filter(({ outcome }) => outcome === 'excluded');
  return [...groupBy(excluded, ({ reason, cause }) => [reason, cause].join('|')).values()];
};

const leftOutOf = (items: NonEmpty<ItemResult>): Markdown =>
  md`${salesText(items)} ${reasonInWords(items[0].reason ?? '')}: ${items[0].cause ?? ''}`;

/** Only what is shown is put into words: a customer of 20,000 lines has as many steps. */
function section<Entry>(
  title: string,
  entries: Entry[],
  inWords: (entry: Entry) => Markdown,
  where: Markdown | string = ', see the report',
): Markdown[] {
  if (entries.length === 0) return [];
  const more = entries.length > SHOWN ? [md`* … and ${entries.length - SHOWN} more${where}`] : [];
  const shown = entries.slice(0, SHOWN).map((entry) => md`* ${inWords(entry)}`);
  return [md`### ${title}`, joined([...shown, ...more], '\n')];
}
