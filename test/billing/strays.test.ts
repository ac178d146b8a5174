import { describe, expect, test } from '@jest/globals';
import { cutReport } from '../../shared/billing/report/facts.js';
import { indexNames, joinNames, namesOf, NOTHING_NAMED, type Named } from '../../shared/billing/report/named.js';
import {
  isStray,
  isUnlinked,
  planStrays,
  strayContracts,
  strayId,
  unnamedContracts,
  unnamedText,
  type StrayInput,
} from '../../shared/billing/ghosts/strays.js';
import type { AcceptedItem } from '../../shared/billing/report/accepted.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Line, Organization } from '../../shared/billing/types.js';
import {
  accepted,
  AS_OF,
  books,
  charge,
  CODE,
  company,
  contract,
  line,
  MONTH,
  organization,
  plan,
  report,
  row,
  service,
  settings,
} from './builders.js';

/** Rule 8.7: money of ours at companies that no organization of the report is billed at. */

/** What Cloudmore named before: Fabrikam's subscription, which is in no list any more. */
const NAMED: Named = joinNames([
  {
    ...NOTHING_NAMED,
    subscriptions: [['fabrikam-1', 'org-2', ['svc-365']]],
    organizations: [['org-2', 'Fabrikam']],
    codes: [[CODE.toLowerCase(), 'Csp365Nce']],
  },
  namesOf(report()),
]);
const NAMES = indexNames(NAMED, 'default');

const fabrikam = contract({ id: 300, companyId: 9, name: 'Licences', number: null, subscriptionId: 'fabrikam-1' });
const others = contract({ id: 301, companyId: 9, number: null, subscriptionId: 'never-named' });
const standing: Books = books({
  companies: [company(), company({ id: 9, name: 'Fabrikam Ltd', currency: 'usd' })],
  contracts: [fabrikam],
  services: [service()],
  rows: [row({ contractId: 300 })],
});

interface Changes extends Partial<Omit<StrayInput, 'facts' | 'mentioned' | 'settings'>> {
  mentioned?: string[];
  named?: Named;
  lines?: Line[];
  /** In Cloudmore's list. */
  listed?: Organization[];
  settings?: Parameters<typeof settings>[0];
}
const strays = ({
  mentioned = [],
  named = NAMED,
  lines = [line()],
  listed = [organization()],
  settings: chosen = {},
  ...changes
}: Changes = {}): Plan[] =>
  planStrays({
    facts: cutReport(report({ lines, organizations: listed }), AS_OF, named).facts,
    organizations: [organization()],
    books: standing,
    stopped: [],
    gone: [],
    unlinked: [],
    ...changes,
    settings: settings(chosen),
    mentioned: new Set(mentioned),
  });
const amountsIn = (plans: Plan[]): string[] =>
  plans.flatMap(({ ghosts }) =>
    ghosts.map(({ contractId, sales, currency, rule }) => `${contractId}: ${sales} ${currency} (${rule})`),
  );

test('an id distinguishes a company of nobody from every organization', () => {
  expect(strayId(9)).toBe('company~9');
  expect([strayId(9), 'org-1', 'org-company~9'].map(isStray)).toEqual([true, false, false]);
});

describe('contracts of ours at companies where nobody looks', () => {
  const found = (held: Books, served: number[] = [7]): number[] =>
    strayContracts(held, new Set(served), NAMES, MONTH).map(({ id }) => id);

  test.each<[string, Books, number[]]>([
    ['one that stands for a subscription', books({ contracts: [fabrikam] }), [300]],
    ['one that nobody ever named is none', books({ contracts: [others] }), []],
    [
      'nor is it one with a charge of another tool',
      books({ contracts: [others], charges: [charge({ contractId: 301, key: `PO CM-${MONTH}-4711` })] }),
      [],
    ],
    ['one that has a charge of ours of the month', books({ contracts: [others], charges: [charge({ contractId: 301 })] }), [301]],
    [
      'also where its key was written in small letters',
      books({ contracts: [others], charges: [charge({ contractId: 301, key: ` cm-${MONTH}-00000000000000000000` })] }),
      [301],
    ],
    [
      'a charge of another month is that month’s',
      books({ contracts: [others], charges: [charge({ contractId: 301, key: 'CM-2025-09-00000000000000000000' })] }),
      [],
    ],
    [
      'the contract of such a charge, also where it is not shown',
      books({ contracts: [fabrikam], charges: [charge({ contractId: 77 })] }),
      [300, 77],
    ],
    [
      'one at a company where somebody looks is theirs, with its charges',
      books({ contracts: [contract()], charges: [charge({ contractId: 100 })] }),
      [],
    ],
  ])('%s', (_, held, ids) => {
    expect(found(held)).toEqual(ids);
  });

  // It cannot be billed on.
  test('a contract that is not shown belongs to no company', () => {
    expect(strayContracts(books({ charges: [charge({ contractId: 77 })] }), new Set([7]), NAMES, MONTH)).toEqual([
      {
        id: 77,
        companyId: -1,
        name: 'not shown by Autotask',
        number: null,
        subscriptionId: null,
        isActive: false,
        isRecurringService: false,
        isMonthly: false,
        startDay: '',
        endDay: '',
        slaId: null,
      },
    ]);
  });
});

describe('money at a company where nobody looks', () => {
  test('is listed under that company, in its currency, and nothing is written', () => {
    const [plan, ...more] = strays();
    expect(more).toStrictEqual([]);
    expect(plan).toEqual({
      organizationId: 'company~9',
      organizationName: 'Fabrikam Ltd (Autotask company 9)',
      companyId: 9,
      month: MONTH,
      asOf: AS_OF,
      items: [],
      ghosts: [
        expect.objectContaining({
          contractId: 300,
          contractKey: 'fabrikam-1',
          currency: 'USD',
          sales: '120.00',
          cost: '100.00',
          outcome: 'ghost',
          rule: '8.7',
        }),
      ],
      steps: [],
      notes: [],
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      needs: [],
    });
  });

  test('is another plan for another company and another month', () => {
    const other = { ...standing, contracts: [{ ...fabrikam, companyId: 8 }] };
    const november = cutReport(report({ month: '2025-11' }), AS_OF, NAMED).facts;
    const digests = [
      strays()[0]!.digest,
      strays({ books: other })[0]!.digest,
      planStrays({
        ...{ facts: november, organizations: [], stopped: [], gone: [], unlinked: [], mentioned: new Set<string>() },
        settings: settings(),
        books: { ...standing, rows: [row({ contractId: 300, startDay: '2025-11-01' })] },
      })[0]!.digest,
    ];
    expect(new Set(digests).size).toBe(3);
    expect(strays()[0]!.digest).toBe(digests[0]);
  });

  test('is reported once per company, in order of their ids', () => {
    const at = (companyId: number): Books['contracts'][number] => ({ ...fabrikam, id: 300 + companyId, companyId });
    const held = {
      ...standing,
      contracts: [at(12), at(9), at(8)],
      rows: [8, 9, 12].map((id) => row({ id, contractId: 300 + id })),
    };
    expect(strays({ books: held }).map(({ organizationName }) => organizationName)).toEqual([
      'Company (Autotask company 8)',
      'Fabrikam Ltd (Autotask company 9)',
      'Company (Autotask company 12)',
    ]);
    expect(amountsIn(strays({ books: held }))[0]).toBe('308: 120.00 EUR (8.7)');
  });

  test('is none where nothing stands in the month', () => {
    expect(strays({ books: { ...standing, rows: [] } })).toStrictEqual([]);
  });

  test('is reported where organizations that are not billed name the company together', () => {
    const named = ['org-3', 'org-4'].map((id) => organization({ id, companyIdText: '9', isActive: false }));
    expect(amountsIn(strays({ listed: [organization(), ...named] }))).toEqual(['300: 120.00 USD (8.7)']);
  });

  // There is none of its record type yet.
  test('money at such a company waits for no report', () => {
    expect(strays({ lines: [] }).flatMap(({ ghosts }) => ghosts.map(({ outcome }) => outcome))).toEqual(['ghost']);
  });

  test('money of a type or service switched off is not reported', () => {
    expect(strays({ settings: { exportRecordTypes: ['AzurePlan'] } })).toStrictEqual([]);
    expect(strays({ settings: { excludeServices: ['SVC-365'] } })).toStrictEqual([]);
  });

  test.each<[string, StrayInput['stopped'], number]>([
    ['its subscription is held where it is billed', [{ contractKey: 'FABRIKAM-1', companyId: 9 }], 0],
    ['its subscription is held, nobody knows where', [{ contractKey: 'fabrikam-1', companyId: null }], 0],
    ['its subscription is held at another company', [{ contractKey: 'fabrikam-1', companyId: 7 }], 1],
    ['another subscription is held', [{ contractKey: 'fabrikam-2', companyId: 9 }], 1],
  ])('is reported once: %s', (_, stopped, plans) => {
    expect(strays({ stopped: [{ contractKey: 'other', companyId: 7 }, ...stopped] })).toHaveLength(plans);
  });
});

describe('why nobody answers for it', () => {
  const why = (organizations: Organization[], held = standing, named = NAMED): string =>
    strays({ organizations, books: held, named })[0]!.ghosts[0]!.message;
  const listed = (changes: Partial<Organization>): Organization[] => [
    organization(),
    organization({ id: 'ORG-2', name: 'Fabrikam GmbH', ...changes }),
  ];
  const unowned = { ...standing, contracts: [{ ...fabrikam, subscriptionId: 'cm-00000000000000000000000000000000' }] };

  test.each<[string, Organization[], Books, Named, string]>([
    ['nobody ever had it', [], unowned, NAMED, 'No organization in Cloudmore is billed at company 9.'],
    [
      'its customer is deleted in Cloudmore',
      [organization()],
      standing,
      NAMED,
      'Fabrikam had it, but is no longer in Cloudmore’s list of organizations.',
    ],
    [
      'its customer is deleted, without a known name',
      [],
      standing,
      { ...NAMED, organizations: [] },
      'org-2 had it, but is no longer in Cloudmore’s list of organizations.',
    ],
    [
      'its customer has no company id',
      listed({ companyIdText: ' ' }),
      standing,
      NAMED,
      'Fabrikam GmbH has it, but has no Autotask company id in Cloudmore and is not exported.',
    ],
    [
      'its customer names this company without being billed there',
      listed({ companyIdText: '09' }),
      standing,
      NAMED,
      'Fabrikam GmbH has it, but cannot be billed at company 9 at present.',
    ],
    [
      'its customer names another company',
      listed({ companyIdText: ' 8 ' }),
      standing,
      NAMED,
      'Fabrikam GmbH has it, but names company 8 in Cloudmore, not company 9.',
    ],
  ])('is explained: %s', (_, ...[organizations, held, named, words]) => {
    expect(why(organizations, held, named)).toContain(`. ${words} Autotask bills it every month until 2026-03-31.`);
  });
});

describe('what stood for organizations that nobody names any more', () => {
  const item = (changes: Partial<AcceptedItem> = {}): AcceptedItem =>
    accepted({ contractKey: 'fabrikam-1', subscriptionId: 'fabrikam-1', ...changes });
  const gone = (...items: AcceptedItem[]): StrayInput['gone'] => [
    { organizationId: 'org-2', organizationName: 'Fabrikam', items },
  ];
  const empty = books({ internalCurrency: 'eur' });

  test('is listed next to the contracts that Autotask does not show', () => {
    expect(strays({ books: empty, gone: gone(item()) })).toMatchObject([
      {
        organizationId: 'company~-1',
        organizationName: 'Contracts that Autotask does not show',
        companyId: -1,
        ghosts: [{ contractId: 0, contractKey: 'fabrikam-1', sales: '120.00', currency: 'EUR', rule: '8.9' }],
      },
    ]);
  });

  // It was reported to nobody.
  test("a customer's money is reported though it names no company", () => {
    const [plan] = strays({ books: empty, unlinked: [item()] });
    expect(plan!.ghosts).toMatchObject([{ contractKey: 'fabrikam-1', sales: '120.00', rule: '8.9' }]);
    expect(plan!.ghosts[0]!.message).toContain(
      'was on subscription fabrikam-1, but its customer is no longer exported, and Autotask does not show it. Check',
    );
    expect(strays({ books: empty, unlinked: [item({ stood: false })] })).toEqual([]);
    expect(strays({ books: empty, unlinked: [item()], mentioned: ['fabrikam-1'] })).toEqual([]);
  });

  test('a plan leaves everything out where its customer names no company', () => {
    const without = plan({ report: { organizations: [organization({ companyIdText: null })] } });
    expect([isUnlinked(without), isUnlinked(plan()), isUnlinked({ items: [] })]).toEqual([true, false, false]);
  });

  test('is listed apart from companies with money of their own', () => {
    expect(amountsIn(strays({ gone: gone(item({ contractKey: 'fabrikam-2' })) }))).toEqual([
      '300: 120.00 USD (8.7)',
      '0: 120.00 EUR (8.9)',
    ]);
  });

  test('is listed with the charges that stand on such contracts', () => {
    const contracts = strayContracts(books({ charges: [charge({ contractId: 77 })] }), new Set([7]), NAMES, MONTH);
    const held = { ...standing, contracts: [...contracts, fabrikam], charges: [charge({ contractId: 77 })] };
    const plans = strays({ books: held, gone: gone(item({ contractKey: 'fabrikam-2' })) });
    expect(plans.map(({ companyId }) => companyId)).toEqual([9, -1]);
    expect(amountsIn(plans)).toEqual(['300: 120.00 USD (8.7)', '77: 5.00 EUR (8.7)', '0: 120.00 EUR (8.9)']);
  });

  test.each<[string, Changes]>([
    ['its contract is there and listed for its money', { gone: gone(item({ contractKey: 'FABRIKAM-1' })) }],
    ['another item of its contract is listed there', { gone: gone(item({ itemCode: 'OTHER' })) }],
    ['a plan of the run reports it', { mentioned: ['fabrikam-2'], gone: gone(item({ contractKey: 'Fabrikam-2' })) }],
    ['nothing of it was ever billed', { gone: gone(item({ contractKey: 'fabrikam-2', stood: false })) }],
    [
      'its record type is switched off',
      { gone: gone(item({ contractKey: 'fabrikam-2' })), settings: { exportRecordTypes: ['AzurePlan'] } },
    ],
  ])('is not listed: %s', (_, changes) => {
    expect(amountsIn(strays(changes)).filter((text) => text.endsWith('(8.9)'))).toStrictEqual([]);
  });
});

describe('contracts with an id that Cloudmore never named', () => {
  test('are counted, with what stands on them in each currency', () => {
    const held: Books = {
      ...standing,
      companies: [...standing.companies, company({ id: 8, currency: 'chf' })],
      contracts: [
        fabrikam,
        others,
        { ...others, id: 302, companyId: 8 },
        { ...others, id: 303, companyId: 7 },
        { ...others, id: 304, companyId: 6, subscriptionId: ' ' },
      ],
      rows: [
        row({ contractId: 300 }),
        ...[301, 302, 303, 304].map((contractId) => row({ id: contractId, contractId, price: '10.5' })),
        row({ id: 1, contractId: 303, price: '2' }),
      ],
    };
    expect(unnamedContracts(held, NAMES)).toEqual({ contracts: 3, sales: { CHF: '10.50', EUR: '12.50', USD: '10.50' } });
    expect(Object.keys(unnamedContracts(held, NAMES).sales)).toEqual(['CHF', 'EUR', 'USD']);
  });

  test.each([
    [{ contracts: 0, sales: {} }, null],
    [
      { contracts: 1, sales: { EUR: '10.50' } },
      '1 contract in Autotask carries an id that Cloudmore never named, with 10.50 EUR this month; another vendor may use the field, and billing does not touch it.',
    ],
    [
      { contracts: 3, sales: { CHF: '1.00', EUR: '10.50' } },
      '3 contracts in Autotask carry ids that Cloudmore never named, with 1.00 CHF and 10.50 EUR this month; another vendor may use the field, and billing does not touch them.',
    ],
  ])('are reported in one line: %j', (unnamed, words) => {
    expect(unnamedText(unnamed)).toBe(words);
  });
});
