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
      ...section(
        stepsTitle(outcome),
        outcome.steps.map((step) => md`${code(markOf(step, outcome))} ${describeStep(step, outcome)}`),
      ),
      ...section(
        'What a release would write',
        (outcome.onRelease ?? []).map(({ mark, text }) => md`${code(mark)} ${text}`),
        md`: ${code(command('plan', outcome.month, '--full', ...option('--organization', outcome.organizationId)))}`,
      ),
      ...section('Left out', leftOut(result)),
      ...section(
        'Notes',
        outcome.notes.map(({ message }) => md`${message}`),
      ),
    ],
    '\n\n',
  ).text;
}

/** One paragraph for what one command resolves: how much, why, what to do, and the signal or command to continue with. */
function whatToDo(outcome: Outcome, result: OrganizationResult): Markdown[] {
  const addressee = { ...result, month: outcome.month };
  const waiting = result.items.filter(({ outcome: end }) => end === 'held' || end === 'ghost');
  return section(
    'What to do',
    groupedByRemedy(waiting, (item) => commandOf(item, addressee)).map((causes) => causesOf(causes, addressee)),
  );
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

function leftOut({ items }: OrganizationResult): Markdown[] {
  const excluded = groupBy(
    items.filter(({ outcome }) => outcome === 'excluded'),
    ({ reason, cause }) => [reason, cause].join('|'),
  );
  return [...excluded.values()].map(
    ([first, ...rest]) => md`${salesText([first, ...rest])} ${reasonInWords(first.reason ?? '')}: ${first.cause ?? ''}`,
  );
}

function section(title: string, lines: Markdown[], where: Markdown | string = ', see the report'): Markdown[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN ? [md`* … and ${lines.length - SHOWN} more${where}`] : [];
  return [md`### ${title}`, joined([...lines.slice(0, SHOWN).map((line) => md`* ${line}`), ...more], '\n')];
}
