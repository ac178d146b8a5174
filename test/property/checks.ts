import assert from 'node:assert/strict';
import { big, minorUnits } from '../../shared/billing/decimal.js';
import { lastDay } from '../../shared/billing/month.js';
import { same } from '../../shared/billing/text.js';
import type { Books } from '../../shared/billing/types.js';
import { standing, type Ran } from './month.js';

/** What must hold after every run (billing rules, section 0). Throws with the contract and month where it does not. */
export function checkRun(ran: Ran): void {
  everyLineHasOneOutcome(ran);
  postedItemsStandToTheCent(ran);
  nothingIsLeftToDo(ran);
  frozenThingsAreUntouched(ran.before, ran.after);
  noEndMovesBack(ran.before, ran.after);
}

/** Invariants 1 and 7. */
function everyLineHasOneOutcome({ plan, report, asOf }: Ran): void {
  const lines = (report.lines ?? []).filter(({ billingDate }) => billingDate < asOf);
  assert.equal(
    plan.items.reduce((count, item) => count + item.lines, 0),
    lines.length,
    'every line is in one item',
  );
  for (const item of plan.items)
    assert.ok(
      item.outcome === 'posted' ? item.reason === null : item.reason !== null,
      `${item.id} has an outcome and its reason`,
    );
}

/** What is posted stands in Autotask to the cent: all rows and charges of the contract's month, summed without a rule, are the posted items of it. */
function postedItemsStandToTheCent({ plan, after, month }: Ran): void {
  for (const contractKey of new Set(plan.items.map((item) => item.contractKey))) {
    const items = plan.items.filter((item) => same(item.contractKey, contractKey));
    if (items.some(({ outcome }) => outcome !== 'posted')) continue;
    // A ghost beside them stands for itself, until a person looks.
    if (plan.ghosts.some((ghost) => same(ghost.contractKey, contractKey) && ghost.outcome !== 'zeroed')) continue;
    const scale = minorUnits(items[0]!.currency);
    const wanted = {
      sales: items.reduce((sum, { sales }) => sum.plus(sales), big(0)).toFixed(scale),
      cost: items.reduce((sum, { cost }) => sum.plus(cost), big(0)).toFixed(scale),
    };
    assert.deepEqual(standing(after, contractKey, month, scale), wanted, `${contractKey} ${month}`);
  }
}

/** Invariant 3. */
function nothingIsLeftToDo({ again }: Ran): void {
  assert.deepEqual(
    again.steps.map(({ summary }) => summary),
    [],
    'a second run plans nothing',
  );
}

/** Invariant 6. */
function frozenThingsAreUntouched(before: Books, after: Books): void {
  for (const row of before.rows.filter(({ frozen }) => frozen))
    assert.deepEqual(
      after.rows.find(({ id }) => id === row.id),
      row,
      `frozen row ${row.id}`,
    );
  for (const charge of before.charges.filter(({ billed }) => billed))
    assert.deepEqual(
      after.charges.find(({ id }) => id === charge.id),
      charge,
      `billed charge ${charge.id}`,
    );
}

function noEndMovesBack(before: Books, after: Books): void {
  for (const contract of before.contracts) {
    const now = after.contracts.find(({ id }) => id === contract.id)!;
    assert.ok(now.endDay >= contract.endDay, `contract ${contract.id} ends ${now.endDay}, before ${contract.endDay}`);
    assert.ok(
      now.endDay === lastDay(now.endDay.slice(0, 7)) || now.endDay === contract.endDay,
      `contract ${contract.id} ends within a month`,
    );
  }
}
