import type { Change, LyingDay, LyingStory } from './lies-story.js';

/** Stories of vendors that do not tell everything that once went wrong, as small as they could be made. */

export const more: Change = { kind: 'more', organization: 1, place: 1, quantity: 1, cents: 100 };
export const day = (changes: Partial<LyingDay> = {}): LyingDay => ({ day: 20, changes: [], lost: [], hidden: [], ...changes });
const unseenService = [{ kind: 'service' as const, which: 0, answersById: false }];

export const onceWrong: [what: string, told: LyingStory][] = [
  [
    'a licence was billed twice, on its row and by a charge, while its service did not show',
    { days: [day({ changes: [more] }), day({ changes: [more] }), day({ hidden: unseenService }), day()] },
  ],
  [
    'a licence and the one it was converted to were both billed, while the first one’s service did not show',
    { days: [day({ changes: [more] }), day({ changes: [{ ...more, kind: 'converted' }], hidden: unseenService }), day()] },
  ],
  [
    'a licence and the one it was converted to were both billed, because the customer was not on the list on the day of the conversion',
    {
      days: [
        day({ changes: [more] }),
        day({
          changes: [{ ...more, kind: 'converted' }],
          lost: [{ what: 'listed organization', organization: 1, place: 0 }],
        }),
        day(),
      ],
    },
  ],
  [
    'a perpetual licence was taken away, because its contract did not show for a day and its line was withdrawn',
    {
      days: [
        day({ changes: [{ ...more, place: 4 }] }),
        day({
          changes: [{ ...more, place: 4, kind: 'withdrawn' }],
          hidden: [{ kind: 'contract', which: 0, answersById: false }],
        }),
        day({ day: 5, changes: [{ ...more, organization: 0, place: 0 }] }),
      ],
    },
  ],
  [
    'a licence was billed less on a report without a customer, because an earlier one had it less while its contract did not show',
    {
      days: [
        day({
          changes: [
            { ...more, place: 0, quantity: 2 },
            { ...more, organization: 0, place: 0 },
          ],
        }),
        day({
          changes: [{ ...more, place: 0, kind: 'less' }],
          lost: [{ what: 'customer', organization: 0, place: 0 }],
          hidden: [{ kind: 'contract', which: 1, answersById: false }],
        }),
        day({ lost: [{ what: 'customer', organization: 0, place: 0 }] }),
      ],
    },
  ],
  [
    'a subscription that had ended was billed once more, because its charge was deleted while the service of its row did not show',
    {
      days: [
        day({ changes: [{ ...more, place: 0 }] }),
        day({ day: 3, changes: [{ ...more, place: 0, kind: 'ended' }] }),
        day({ hidden: unseenService }),
        day(),
      ],
    },
  ],
  [
    'usage that went to another customer of one company and came back was billed twice',
    {
      isShared: true,
      days: [
        day({ changes: [{ ...more, place: 3 }] }),
        day({ changes: [{ ...more, place: 3, kind: 'moved' }] }),
        day({ changes: [{ ...more, place: 3, kind: 'moved' }] }),
        day(),
      ],
    },
  ],
  [
    'a licence was billed less although usage of another customer of one company was missing, because a run for an earlier day had forgotten that',
    {
      isShared: true,
      days: [
        day({ changes: [{ ...more, place: 3 }] }),
        day({ changes: [{ ...more, place: 4, quantity: 2 }] }),
        day({ day: 3 }),
        day({
          changes: [
            { ...more, place: 4, kind: 'less' },
            { ...more, place: 3, kind: 'ended' },
          ],
        }),
      ],
    },
  ],
  [
    'a credit that was known only while a contract did not show was forgotten, and the licence billed in full',
    {
      days: [
        day({ changes: [{ ...more, place: 2, cents: 2 }] }),
        day({
          changes: [{ ...more, place: 2, kind: 'credit', cents: 1 }],
          hidden: [{ kind: 'contract', which: 0, answersById: false }],
        }),
        day({ changes: [{ ...more, place: 2, cents: 1 }], lost: [{ what: 'corrections', organization: 0, place: 0 }] }),
      ],
    },
  ],
  [
    'a licence was called posted with the amount of its credit alone, because its service did not show and the rest of its lines were missing',
    {
      days: [
        day({ day: 5, changes: [{ ...more, place: 0, cents: 2 }] }),
        day({ changes: [{ ...more, place: 0, kind: 'credit', cents: 1 }] }),
        day({ lost: [{ what: 'record type', organization: 0, place: 0 }], hidden: unseenService }),
        day(),
      ],
    },
  ],
  [
    'usage was billed less although a licence of another customer was missing, because that one was not on the list while it had the licence',
    {
      days: [
        day({ changes: [{ ...more, place: 2, quantity: 2 }] }),
        day({
          changes: [{ ...more, organization: 0, place: 1 }],
          lost: [{ what: 'listed organization', organization: 0, place: 0 }],
        }),
        day({
          changes: [
            { ...more, place: 2, kind: 'less' },
            { ...more, organization: 0, place: 1, kind: 'withdrawn' },
          ],
        }),
      ],
    },
  ],
  [
    'usage that went to another customer of one company, and came back once the first was in the report again, was billed twice',
    {
      isShared: true,
      days: [
        day({ changes: [{ ...more, organization: 0, place: 3 }] }),
        day({
          changes: [{ ...more, organization: 0, place: 3, kind: 'moved' }],
          lost: [{ what: 'customer', organization: 0, place: 0 }],
        }),
        day(),
        day({ changes: [{ ...more, organization: 0, place: 3, kind: 'moved' }] }),
      ],
    },
  ],
  [
    'usage was billed less although all corrections were missing, because the only one had come while its contract did not show',
    {
      days: [
        day({
          changes: [
            { ...more, place: 2, quantity: 2 },
            { ...more, organization: 0, place: 2, cents: 2 },
            { ...more, organization: 0, place: 0 },
          ],
        }),
        day({
          changes: [{ ...more, organization: 0, place: 2, kind: 'credit' }],
          hidden: [{ kind: 'contract', which: 1, answersById: false }],
        }),
        day({
          changes: [
            { ...more, place: 2, kind: 'less' },
            { ...more, organization: 0, place: 2, kind: 'withdrawn' },
          ],
        }),
      ],
    },
  ],
  [
    'a licence that moved to another customer of one company was billed twice in part, because that one was not on the list on the day it moved',
    {
      isShared: true,
      days: [
        day({ changes: [{ ...more, organization: 0 }] }),
        day({ changes: [{ ...more, organization: 0 }] }),
        day({
          changes: [{ ...more, organization: 0, kind: 'moved' }],
          lost: [{ what: 'listed organization', organization: 1, place: 0 }],
        }),
        day(),
      ],
    },
  ],
  [
    'a converted licence that went to another customer of one company and came back was taken away',
    {
      isShared: true,
      days: [
        day({ changes: [more] }),
        day({ changes: [{ ...more, kind: 'converted' }] }),
        day({ changes: [{ ...more, kind: 'moved' }] }),
        day({ day: 3, changes: [{ ...more, kind: 'moved' }] }),
        day(),
      ],
    },
  ],
  [
    'usage was billed less although all licences were missing, because one of them had a correction by hand',
    {
      days: [
        day({
          changes: [
            { ...more, organization: 0, place: 1, cents: 2 },
            { ...more, place: 3, quantity: 2 },
          ],
        }),
        day({
          changes: [
            { ...more, organization: 0, place: 1, kind: 'credit' },
            { ...more, place: 3, kind: 'less' },
          ],
          lost: [
            { what: 'record type', organization: 0, place: 0 },
            { what: 'subscription list', organization: 0, place: 0 },
          ],
        }),
      ],
    },
  ],
  [
    'a licence was billed in full, because the credit of the one it was converted from was missing from the report',
    {
      days: [
        day({ changes: [{ ...more, cents: 2 }] }),
        day({ changes: [{ ...more, kind: 'credit', cents: 1 }] }),
        day({ changes: [{ ...more, kind: 'converted' }], lost: [{ what: 'corrections', organization: 0, place: 0 }] }),
        day(),
      ],
    },
  ],
  [
    'what stood on a charge was not listed where the customer who has the subscription now is another one',
    {
      days: [
        day({ changes: [{ ...more, place: 1, cents: 1 }] }),
        day({ changes: [{ ...more, place: 1, cents: 1 }] }),
        day({ changes: [{ ...more, place: 1, kind: 'moved' }] }),
        day({ day: 3 }),
      ],
    },
  ],
];

/** A report that loses one, and less of another. */
const partial: LyingStory[] = (
  [
    ['organization', 0],
    ['service', 2],
  ] as const
).map(([what, place]) => ({
  days: [
    day({
      changes: [
        { ...more, quantity: 9 },
        { ...more, organization: 0, quantity: 9 },
        { ...more, place: 2 },
      ],
    }),
    day({ changes: [{ ...more, kind: 'less' }], lost: [{ what, organization: 0, place }] }),
  ],
}));

/** A row that a charge has brought to nothing, whose service is gone since: without the charge it bills again. */
const balanced: LyingStory = {
  days: [
    day({ changes: [{ ...more, organization: 0 }] }),
    day({}),
    day({ changes: [{ ...more, kind: 'ended', organization: 0 }] }),
    day({ hidden: [{ kind: 'service', which: 0, answersById: false }] }),
  ],
};

/** Days that the wrong products of `variants.ts` do not survive, so that chance does not have to find them. */
export const findings: LyingStory[] = [...partial, balanced];
