import type { Event, LineSeed, Story } from './month.js';

/** Stories that once broke an invariant, as small as they could be made. */

export const seed = (changes: Partial<LineSeed> = {}): LineSeed => ({
  type: 'licence',
  organization: 0,
  subscription: 0,
  code: 0,
  quantity: 3,
  sales: 30_000,
  cost: 10_000,
  isLongTerm: false,
  isForeign: false,
  ...changes,
});

const run = (day: number, lines: LineSeed[], changes: Partial<Extract<Event, { kind: 'run' }>> = {}): Event => ({
  kind: 'run',
  ahead: 0,
  day,
  lines,
  restated: null,
  deleted: [],
  ...changes,
});

const story = (events: Event[], changes: Partial<Story> = {}): Story => ({
  currency: 'EUR',
  afterFreeze: 'hold',
  events,
  ...changes,
});

export const counterexamples: [title: string, told: Story][] = [
  [
    'a perpetual licence that vanished from the report of a shared company was looked after by nobody',
    story([run(9, [seed({ type: 'perpetual', quantity: 0, sales: 0, cost: 5 })]), run(12, [])]),
  ],
  [
    'a row and a charge that balance each other were listed as a thousandth of a dinar that stands there',
    story(
      [
        run(9, [seed({ quantity: 493, sales: 1_485_138, cost: 0 })]),
        run(9, [seed({ quantity: 0, sales: 0, cost: 0 })]),
        run(1, []),
      ],
      { currency: 'KWD' },
    ),
  ],
  [
    'a licence paid for a year stood in the month after it, because its subscription continued as something else',
    story([
      run(12, [seed({ subscription: 3, code: 1 })]),
      run(9, [seed({ type: 'software', subscription: 3, quantity: 0, sales: 0, cost: 0 })], { ahead: 1 }),
    ]),
  ],
  [
    'a contract that ended in a month that is over kept its old units, because its extension stopped halfway',
    story([
      run(12, [seed()]),
      run(1, [seed({ quantity: 5, sales: 130_000 })], { ahead: 1 }),
      { kind: 'endEarlier', contract: 0, month: 1 },
      run(1, [], { ahead: 1 }),
    ]),
  ],
  [
    'a licence paid for a year stood in the month after it, next to a line in dollars that is held',
    story([
      run(1, [seed({ subscription: 2, code: 1, quantity: 1, sales: 0, cost: 5 })]),
      run(
        9,
        [
          seed({ subscription: 2, quantity: 0, sales: 0, cost: 0, isForeign: true }),
          ...[seed({ organization: 1 }), seed(), seed({ subscription: 2 })].map((one) => ({
            ...one,
            quantity: 0,
            sales: 0,
            cost: 0,
          })),
        ],
        { ahead: 1 },
      ),
    ]),
  ],
  [
    'a copy that somebody made of a copied charge of ours was looked after by nobody',
    story([
      run(9, [seed({ organization: 1, quantity: 0, sales: 0, cost: 5 })]),
      { kind: 'copyCharge', charge: 0 },
      { kind: 'copyCharge', charge: 7 },
      run(1, []),
    ]),
  ],
  [
    'an extension that stopped halfway left the units of a replaced licence in the months after',
    story(
      [
        run(12, [seed({ subscription: 3, code: 1, quantity: 1, sales: 0, cost: 1 })]),
        run(1, [seed({ subscription: 3, quantity: 0, sales: 0, cost: 0 })], { ahead: 1 }),
        run(1, [], { ahead: 1 }),
      ],
      { currency: 'KWD' },
    ),
  ],
  [
    'what a year that is paid once carries into November was counted as standing in October',
    story([
      run(9, [seed({ type: 'reservation', subscription: 2, quantity: 1, sales: 0, cost: 5 })]),
      { kind: 'edit', row: 2, units: 0 },
      run(1, [seed({ type: 'reservation', subscription: 2, quantity: 0, sales: 0, cost: 0, isLongTerm: true })]),
      run(1, [], { ahead: 1 }),
    ]),
  ],
  [
    'what a year that is paid once carries into the next month was listed with the amount before its price was written',
    story([
      run(9, [seed({ subscription: 3, code: 2, quantity: 1, sales: 0, cost: 5 })]),
      { kind: 'edit', row: 3, units: 0 },
      run(9, [seed({ subscription: 3, code: 2, quantity: 1, sales: 0, cost: 0, isLongTerm: true })], { ahead: 1 }),
    ]),
  ],
];
