import { describe, expect, test } from '@jest/globals';
import { itemHash, chargeKeyOf } from '../../shared/billing/basics/keys.js';
import type { Named } from '../../shared/billing/report/named.js';
import { goneGhosts, unreadGhosts, unseenGhosts, type Explaining } from '../../shared/billing/ghosts/unseen.js';
import type { AcceptedItem } from '../../shared/billing/report/accepted.js';
import type { GhostContext } from '../../shared/billing/ghosts/ghost-plan.js';
import type { Ghost } from '../../shared/billing/plan-types.js';
import type { Books } from '../../shared/billing/types.js';
import { accepted, books, charge, CODE, contract, line, MONTH, plan, row, service, settings, SUBSCRIPTION } from './builders.js';
import { context, NAMED } from './ghost-context.js';

/** Rule 8.9: what the accepted report had and was billed, and neither the report nor Autotask shows any more. */

const NOTHING_EXPLAINS: Explaining = { present: new Set(), held: new Set(), contracts: [], ghosts: [] };
const unseen = (held: Books, changes: Partial<GhostContext> = {}, explaining: Partial<Explaining> = {}, named?: Named): Ghost[] =>
  unseenGhosts(context(held, changes, named), { ...NOTHING_EXPLAINS, ...explaining });

const azure = accepted({ id: 'item-2', type: 'AzurePlan', itemCode: null, contractKey: 'az-1', subscriptionId: 'az-1' });
const held = (changes: Partial<Books> = {}): Books => books({ contracts: [contract()], services: [service()], ...changes });

describe('an amount that neither the report nor Autotask shows', () => {
  // And with the command that says it was right.
  test('such an amount is listed with what it was', () => {
    expect(unseen(held({ contracts: [] }))).toEqual([
      {
        contractId: 0,
        contractKey: SUBSCRIPTION,
        serviceId: null,
        type: 'Csp365Nce',
        itemCode: CODE,
        currency: 'EUR',
        quantity: '0',
        cost: '100.00',
        sales: '120.00',
        outcome: 'ghost',
        rule: '8.9',
        reason: 'report-shrank',
        message: `120.00 EUR of ${CODE} was on subscription ${SUBSCRIPTION}, but neither the report nor Autotask shows it now. Check whether it is still there; if it was removed on purpose, dismiss it.`,
        command: `billing dismiss ${MONTH} --subscription ${SUBSCRIPTION} --reason "removed on purpose"`,
      },
    ]);
  });

  test('of what has no item code is identified by its record type', () => {
    const [ghost] = unseen(held(), { accepted: [azure] });
    expect(ghost!.message).toMatch(/^120\.00 EUR of Azure plan was on subscription az-1, /);
  });

  test('in a currency without minor units is reported in whole ones', () => {
    const [ghost] = unseen(held(), { accepted: [accepted({ currency: 'JPY', sales: '13780' })] });
    expect([ghost!.sales, ghost!.cost]).toEqual(['13780', '100']);
  });

  test.each<[string, AcceptedItem[] | null]>([
    ['nothing of the report is known', null],
    ['it was never billed', [accepted({ stood: false })]],
    ['it came to nothing', [accepted({ sales: '0.00', cost: '0' })]],
    ['the report has it still', [accepted({ id: 'there' })]],
  ])('is none where %s', (_, all) => {
    expect(unseen(held(), { accepted: all }, { present: new Set(['there']) })).toStrictEqual([]);
  });

  test.each<[string, Partial<AcceptedItem>]>([
    ['a cost without sales', { sales: '0' }],
    ['sales without a cost', { cost: '0' }],
  ])('is one also where it was %s', (_, changes) => {
    expect(unseen(held(), { accepted: [accepted(changes)] })).toHaveLength(1);
  });

  // Its contract still leads to the money, no search shows that contract, it is left alone (6.6), and nobody was told.
  test('such an amount is listed though its contract is unseen', () => {
    const gone = { kind: 'contract' as const, id: 100, key: SUBSCRIPTION.toUpperCase(), why: 'Gone.' };
    const shown = held({ rows: [row()] });
    expect(unseen(shown)).toStrictEqual([]);
    expect(unseen({ ...shown, gone: [gone] })).toHaveLength(1);
    expect(
      unseen({
        ...shown,
        gone: [
          { ...gone, kind: 'service' },
          { ...gone, key: 'another' },
        ],
      }),
    ).toStrictEqual([]);
  });

  // With nothing of its contract.
  test('such an amount is listed where Autotask could not be read', () => {
    const [ghost, ...more] = unreadGhosts([accepted(), accepted({ id: 'there' })], new Set(['there']), MONTH);
    expect(more).toStrictEqual([]);
    expect(ghost).toMatchObject({ contractId: 0, sales: '120.00', rule: '8.9' });
    expect(ghost!.message).toMatch(
      / was on subscription .+, but the report no longer names it, and Autotask could not be read\. /,
    );
    expect(unreadGhosts(null, new Set(), MONTH)).toStrictEqual([]);
  });
});

describe('the contract it stood on', () => {
  const record = {
    vendor: 'Autotask',
    path: 'Contracts',
    record: '55',
    member: 'endDate',
    value: 'soon',
    problem: 'is not a day',
  };
  const unreadable = {
    ...record,
    kind: 'contract' as const,
    id: 55,
    contractId: 55,
    companyId: 7,
    keys: ['other', SUBSCRIPTION],
  };
  const named: Named = { ...NAMED, contracts: [[44, SUBSCRIPTION, []]] };
  const gone = { kind: 'contract' as const, id: 66, key: SUBSCRIPTION.toUpperCase(), why: 'Gone.' };

  test.each<[string, Partial<Books>, Named | undefined, number]>([
    [
      'is the one that carries its id',
      { contracts: [contract({ id: 99, subscriptionId: 'another', number: null }), contract()], gone: [gone] },
      named,
      100,
    ],
    [
      'is one that is gone',
      {
        contracts: [],
        gone: [{ ...gone, id: 1, key: 'another' }, { ...gone, kind: 'service', id: 2 }, gone],
        unreadable: [unreadable],
      },
      named,
      66,
    ],
    ['is one that cannot be read, and carries the id', { contracts: [], unreadable: [unreadable] }, named, 55],
    [
      'is none that cannot be read and carries another',
      { contracts: [], unreadable: [{ ...unreadable, keys: ['other'] }] },
      undefined,
      0,
    ],
    ['nor one of which no id can be read', { contracts: [], unreadable: [{ ...unreadable, keys: null }] }, undefined, 0],
    ['nor one whose own id cannot be read', { contracts: [], unreadable: [{ ...unreadable, id: null }] }, undefined, 0],
    ['nor what is not a contract', { contracts: [], unreadable: [{ ...unreadable, kind: 'row' }] }, undefined, 0],
    ['is the one it was billed on, where nothing else says', { contracts: [] }, named, 44],
  ])('%s', (_, changes, names, id) => {
    const [ghost] = unseen(held(changes), {}, {}, names);
    expect(ghost!.contractId).toBe(id);
    if (id !== 0) expect(ghost!.message).toContain(`was on contract ${id}, subscription ${SUBSCRIPTION}, but`);
    expect(ghost!.command).toContain(id === 0 ? ` --subscription ${SUBSCRIPTION} ` : ` --contract ${id} `);
  });
});

describe('an amount that Autotask shows', () => {
  const key = chargeKeyOf(
    MONTH,
    itemHash({ broker: 'default', organizationId: 'org-1', subscriptionId: 'az-1', type: 'AzurePlan', codeOrProduct: null }),
  );
  const elsewhere = chargeKeyOf(
    MONTH,
    itemHash({ broker: 'default', organizationId: 'org-2', subscriptionId: 'az-1', type: 'AzurePlan', codeOrProduct: null }),
  );
  const usage = (changes: Partial<Books>): Books =>
    held({ contracts: [contract({ id: 101, subscriptionId: 'az-1', number: 'az-1' })], ...changes });
  const known = { accepted: [azure], knownSubscriptions: new Set(['az-1']) };
  const owned: Named = { ...NAMED, subscriptions: [['az-1', 'org-2', []]] };

  test.each<[string, Books, Partial<GhostContext>, Named | undefined, number]>([
    ['as a row at 0 units: somebody has ended it', held({ rows: [row({ units: 0, price: '0', cost: '0' })] }), {}, undefined, 0],
    ['not as a row of another month', held({ rows: [row({ startDay: '2025-11-01' })] }), {}, undefined, 1],
    [
      'not as a row of another service',
      held({ services: [service(), service({ id: 51, key: 'FOREIGN' })], rows: [row({ serviceId: 51 })] }),
      {},
      undefined,
      1,
    ],
    [
      'not as a row of a service that is not known',
      held({ services: [service({ id: 49 })], rows: [row({ serviceId: 51 })] }),
      {},
      undefined,
      1,
    ],
    [
      'not as the row of another licence',
      held({ services: [service({ key: 'OTHER' })], rows: [row()] }),
      {},
      { ...NAMED, codes: [['other', 'Csp365Nce']] },
      1,
    ],
    [
      'not as a row of another contract',
      held({ contracts: [contract({ subscriptionId: 'another', number: null })], rows: [row()] }),
      {},
      undefined,
      1,
    ],
    [
      'not as a row, where a part of it stood on charges',
      held({ rows: [row()] }),
      { accepted: [accepted({ charged: true })] },
      undefined,
      1,
    ],
    ['as a row, where nothing of it did', held({ rows: [row()] }), { accepted: [accepted({ charged: false })] }, undefined, 0],
    ['as the charge that it stood on', usage({ charges: [charge({ contractId: 101, key })] }), known, undefined, 0],
    [
      'as a charge that another organization made for it',
      usage({ charges: [charge({ contractId: 101, key: elsewhere })] }),
      known,
      owned,
      0,
    ],
    ['not as a charge of another item', usage({ charges: [charge({ contractId: 101 })] }), known, undefined, 1],
    ['not as its charge on another contract', usage({ charges: [charge({ contractId: 102, key })] }), known, undefined, 1],
  ])('%s', (_, ...[books, changes, named, ghosts]) => {
    expect(unseen(books, changes, {}, named)).toHaveLength(ghosts);
  });
});

describe('an amount that is reported already', () => {
  const { ghosts: rowGhosts } = plan({
    books: held({ rows: [row()] }),
    report: { lines: [], subscriptions: [] },
    asOf: '2025-10-25',
    named: { subscriptions: [[SUBSCRIPTION, 'org-1', []]] },
  });
  const ghost = (changes: Partial<Ghost>): Ghost => ({ ...rowGhosts[0]!, ...changes });
  const nothing = held({ contracts: [] });
  const posted = plan();
  const contractPlan = (contractKey: string): Explaining['contracts'][number] => ({
    ...{
      contractKey,
      contract: null,
      contractSteps: [],
      lastSteps: [],
      isNew: false,
      endDay: null,
      notes: [],
      carried: [],
      needsDetail: false,
    },
    decisions: [
      {
        ...posted.items[0]!,
        item: { ...posted.items[0]!, id: 'new', itemCode: 'NEW', exactSales: '130', lines: [line()] } as never,
        steps: [],
        outcome: 'posted',
      },
    ],
  });

  test.each<[string, Partial<GhostContext>, Partial<Explaining>, number]>([
    ['an item of its contract is held', {}, { held: new Set([SUBSCRIPTION]) }, 0],
    ['one of another contract is', {}, { held: new Set(['another']) }, 1],
    ['its record type is switched off', { settings: settings({ exportRecordTypes: ['AzurePlan'] }) }, {}, 0],
    ['a ghost of the same item is listed', {}, { ghosts: [ghost({})] }, 0],
    ['a ghost of another item is', {}, { ghosts: [ghost({ itemCode: 'OTHER' })] }, 1],
    ['a charge without an item stands for its subscription', {}, { ghosts: [ghost({ serviceId: null, itemCode: null })] }, 0],
    [
      'such a charge of another subscription does',
      {},
      { ghosts: [ghost({ serviceId: null, itemCode: null, contractKey: 'another' })] },
      1,
    ],
    [
      'its subscription is billed as something else',
      {},
      { contracts: [contractPlan('another'), contractPlan(SUBSCRIPTION.toUpperCase())] },
      0,
    ],
    ['another subscription is', {}, { contracts: [contractPlan('another')] }, 1],
    ['its lines are billed to another organization', { moved: new Set([SUBSCRIPTION]) }, {}, 0],
  ])('is listed once: %s', (_, changes, explaining, count) => {
    expect(unseen(nothing, changes, explaining)).toHaveLength(count);
  });
});

describe('the same of an organization that nobody names', () => {
  const gone = (items: AcceptedItem[], books: Books, mentioned: string[] = [], changes: Partial<GhostContext> = {}): Ghost[] =>
    goneGhosts(items, context(books, changes), (key) => mentioned.includes(key));

  test.each<[string, Ghost[], number]>([
    ['it is listed', gone([accepted()], held({ contracts: [] })), 1],
    ['not where a plan reports it', gone([accepted()], held({ contracts: [] }), [SUBSCRIPTION]), 0],
    [
      'not where it is switched off',
      gone([accepted()], held({ contracts: [] }), [], { settings: settings({ exportRecordTypes: [] }) }),
      0,
    ],
    ['not where Autotask shows it', gone([accepted()], held({ rows: [row()] })), 0],
    ['not where nothing was billed', gone([accepted({ stood: false })], held({ contracts: [] })), 0],
  ])('%s', (_, ghosts, count) => {
    expect(ghosts).toHaveLength(count);
  });

  test('with the contract it stood on, and the words', () => {
    expect(gone([accepted()], held())).toMatchObject([
      { contractId: 100, message: expect.stringContaining('neither the report nor Autotask shows it now') },
    ]);
  });
});
