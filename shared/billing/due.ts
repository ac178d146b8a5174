import { advised, command, type Advised, type Command } from './command.js';
import { comparedBefore, type MonthFacts } from './facts.js';
import { addDays, firstDay, lastDay, monthOf, previousMonth } from './month.js';
import type { Day, Month } from './types.js';

/** Why a month has nothing to bill, which months and days that was looked for in, and what to do next (rules 1.1 to 1.4). */

/** What is known of the report: its lines that fall due, and those of last month it is compared with. */
export type DueFacts = Pick<MonthFacts, 'month' | 'asOf' | 'lines' | 'previousLines'>;

/** Days of the month on which Microsoft's licences and its legacy ones are usually billed. */
const LICENCES_ON = '08';
const LEGACY_ON = '16';

/** One sentence or two each; a command ends the last ones. */
export function nothingDue(facts: DueFacts): Advised[] {
  const { month, asOf, lines } = facts;
  if (lines > 0)
    return [
      advised(`None of the ${lines} lines of ${month} billed before ${asOf} belong to the selected organizations.`),
      advised('Run it for everybody:', runOf(month)),
    ];
  if (asOf <= firstDay(month)) return notBegun(month, asOf);
  return asOf > lastDay(month) ? over(facts) : underWay(facts);
}

function notBegun(month: Month, asOf: Day): Advised[] {
  return [
    advised(
      `Nothing of ${month} is due on ${asOf}: a line falls due the day after it is billed, so the first of ${month} do on ${addDays(firstDay(month), 1)}, Microsoft's licences about ${dueOn(month, LICENCES_ON)}, legacy ones about ${dueOn(month, LEGACY_ON)}.`,
    ),
    advised('Run it then:', runOf(month)),
    advised('What is due now:', runOf(monthOf(addDays(asOf, -1)))),
  ];
}

function underWay({ month, asOf, previousLines }: DueFacts): Advised[] {
  const licences = dueOn(month, LICENCES_ON);
  return [
    advised(
      `Nothing of ${month} is due on ${asOf}: Cloudmore's report has no line of it billed before that day. ${beside(month, asOf, previousLines)}`,
    ),
    advised(
      asOf <= licences
        ? `Microsoft's licences fall due about ${licences}, legacy ones about ${dueOn(month, LEGACY_ON)}.`
        : `Microsoft's licences were expected about ${licences}: check Cloudmore's Microsoft consent.`,
    ),
    advised('The daily run will check again. To check now:', runOf(month)),
  ];
}

function over({ month, asOf, previousLines }: DueFacts): Advised[] {
  return [
    advised(
      `Nothing of ${month} is due: the month is over, and Cloudmore's report has no line of it. ${beside(month, asOf, previousLines)}`,
    ),
    advised(
      "If it should have some, check Cloudmore's Microsoft consent; what is set up wrongly is named by:",
      command('doctor'),
    ),
  ];
}

/** What the previous month had up to the same day: nothing then either, or so many lines. */
function beside(month: Month, asOf: Day, previousLines: number): string {
  const until = comparedBefore(month, asOf);
  const lines = previousLines === 0 ? 'none either' : `${previousLines}`;
  return `It is compared with ${previousMonth(month)} before ${until}, which had ${lines}.`;
}

const runOf = (month: Month): Command => command('run', month, '--wait');

const dueOn = (month: Month, billedOn: string): Day => addDays(`${month}-${billedOn}`, 1);
