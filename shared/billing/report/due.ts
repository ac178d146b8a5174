import { advised, command, type Advised, type Command } from '../basics/command.js';
import { comparedBefore, type MonthFacts } from './facts.js';
import { addDays, addMonths, firstDay, isOver, monthOf, monthsBetween, previousMonth, reportMonthOf } from '../basics/month.js';
import type { Day, Month } from '../types.js';

/** Why a month has nothing to bill, which months and days that was looked for in, and what to do next (rules 1.1 to 1.4). */

/** What is known of the report: its lines that fall due, and those of last month it is compared with. */
export type DueFacts = Pick<MonthFacts, 'month' | 'reportMonth' | 'asOf' | 'lines' | 'previousLines'>;

/** Days of the month on which Microsoft's licences and its legacy ones are usually billed. */
const LICENCES_ON = '08';
const LEGACY_ON = '16';

/** One sentence or two each; a command ends the last ones. */
export function nothingDue(facts: DueFacts): Advised[] {
  const { month, asOf, lines } = facts;
  const reported = reportMonthOf(facts);
  if (lines > 0)
    return [
      advised(`None of the ${lines} lines of ${named(facts)} billed before ${asOf} belong to the selected organizations.`),
      advised('Run it for everybody:', runOf(month)),
    ];
  if (asOf <= firstDay(reported)) return notBegun(facts);
  return isOver(facts, asOf) ? over(facts) : underWay(facts);
}

/** The month, with that of its report where it is another (rule 1.9). */
const named = (facts: DueFacts): string =>
  facts.reportMonth === undefined ? facts.month : `${facts.month}, billed from the report of ${facts.reportMonth},`;

function notBegun(facts: DueFacts): Advised[] {
  const { month, asOf } = facts;
  const reported = reportMonthOf(facts);
  return [
    advised(
      `Nothing in ${named(facts)} is due on ${asOf}: a line falls due the day after it is billed, so the first of ${reported} do on ${addDays(firstDay(reported), 1)}, Microsoft's licences about ${dueOn(reported, LICENCES_ON)}, legacy ones about ${dueOn(reported, LEGACY_ON)}.`,
    ),
    advised('Run it then:', runOf(month)),
    advised('What is due now:', runOf(addMonths(monthOf(addDays(asOf, -1)), monthsBetween(reported, month)))),
  ];
}

function underWay(facts: DueFacts): Advised[] {
  const { month, asOf } = facts;
  const reported = reportMonthOf(facts);
  const licences = dueOn(reported, LICENCES_ON);
  return [
    advised(
      `Nothing in ${named(facts)} is due on ${asOf}: Cloudmore's report has no line of it billed before that day. ${comparedWith(facts)}`,
    ),
    advised(
      asOf <= licences
        ? `Microsoft's licences fall due about ${licences}, legacy ones about ${dueOn(reported, LEGACY_ON)}.`
        : `Microsoft's licences were expected about ${licences}: check Cloudmore's Microsoft consent.`,
    ),
    advised('The daily run will check again. To check now:', runOf(month)),
  ];
}

function over(facts: DueFacts): Advised[] {
  return [
    advised(
      `Nothing in ${named(facts)} is due: the month is over, and Cloudmore's report has no line of it. ${comparedWith(facts)}`,
    ),
    advised("If it should have lines, check Cloudmore's Microsoft consent. To find what is set up wrongly:", command('doctor')),
  ];
}

/** What the previous month had up to the same day: nothing then either, or so many lines. */
function comparedWith(facts: DueFacts): string {
  const { asOf, previousLines } = facts;
  const reported = reportMonthOf(facts);
  const until = comparedBefore(reported, asOf);
  const lines = previousLines === 0 ? 'none either' : `${previousLines}`;
  return `It is compared with ${previousMonth(reported)} before ${until}, which had ${lines}.`;
}

const runOf = (month: Month): Command => command('run', month, '--wait');

const dueOn = (month: Month, billedOn: string): Day => addDays(`${month}-${billedOn}`, 1);
