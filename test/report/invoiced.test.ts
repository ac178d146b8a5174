import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareInvoiced, type Charges, type InvoicedGiven } from '../../shared/close/invoiced.js';
import { grouped } from '../../shared/billing/basics/decimal.js';
import { exact } from '../../shared/close/exact.js';
import type { Part } from '../../shared/close/sides.js';
import type { InvoicedReading } from '../../client/month-end/invoiced.js';
import { renderInvoiced } from '../../client/month-end/invoiced-text.js';
import { openInvoicing, type InvoicedRecord } from '../../shared/evidence/invoiced.js';
import type { Certificate } from '../../shared/close/certificate.js';
import { useHarness, type Harness } from './harness.js';

/** What customers were really charged, after somebody approved, posted and invoiced in Autotask. */

const MONTH = '2025-10';
const BILLED = '2025-11-02';
const THROUGH = '2025-10-31';
const CONTOSO_A = 'f8f54385-7297-53b4-9ffd-faf3c92a6f20';

type Rec = Record<string, unknown>;
interface State {
  autotask: Record<'companies' | 'contracts' | 'unitRows' | 'charges' | 'billingItems' | 'invoices', Rec[]>;
}

/** A tenant whose month is billed, and the hands of the person at its Autotask. */
class Tenant {
  constructor(readonly harness: Harness) {}

  /** Takes back what a person did after the month was billed. */
  async reset(): Promise<void> {
    const { invoices, billingItems } = await this.tables();
    for (const [table, records] of Object.entries({ billingItems, invoices }))
      for (const { id } of records) await this.harness.control('DELETE', `autotask/${table}/${String(id)}`);
    await this.harness.control('POST', 'autotask/unfreeze', { through: THROUGH });
    await this.edit('unitRows', await this.row(), { price: ROW_SALES });
  }

  async tables(): Promise<State['autotask']> {
    return ((await this.harness.control('GET', 'state')) as State).autotask;
  }

  async contract(): Promise<Rec> {
    return (await this.tables()).contracts.find(({ contractNumber }) => contractNumber === CONTOSO_A)!;
  }

  async row(): Promise<Rec> {
    const { id } = await this.contract();
    const { unitRows } = await this.tables();
    return unitRows.find((row) => row.contractID === id && String(row.startDate).startsWith(MONTH))!;
  }

  async itemOfRow(): Promise<Rec> {
    const { id } = await this.row();
    return (await this.tables()).billingItems.find((item) => item.contractServicePeriodID === id)!;
  }

  /** Makes the item of another subscription's row one of the row, as a second posting does. */
  async relink(values: Rec): Promise<unknown> {
    const { id, contractID, serviceID } = await this.row();
    const { billingItems } = await this.tables();
    const other = billingItems.find((item) => item.contractServicePeriodID !== null && item.contractServicePeriodID !== id)!;
    return this.edit('billingItems', other, {
      itemDate: '2025-10-01',
      contractServicePeriodID: id,
      contractID,
      serviceID,
      ...values,
    });
  }

  edit(table: string, { id }: Rec, values: Rec): Promise<unknown> {
    return this.harness.control('PATCH', `autotask/${table}/${String(id)}`, values);
  }

  approve(): Promise<unknown> {
    return this.harness.control('POST', 'autotask/freeze', { through: THROUGH });
  }

  async invoice(): Promise<void> {
    const companies = new Set((await this.tables()).billingItems.map(({ companyID }) => companyID));
    for (const companyID of companies)
      await this.harness.control('POST', 'autotask/invoice', { companyID, through: '2025-12-31' });
  }

  async read(): Promise<{ code: number; read: InvoicedReading }> {
    const { code, out } = await this.harness.cli('invoiced', MONTH, '--json');
    return { code, read: JSON.parse(out) as InvoicedReading };
  }
}

const ROW_SALES = 491;
const NOTHING = { held: '0.00', dismissed: '0.00', rounding: '0.00', differences: '0.00' };
const BILLED_SALES = '7120.32';
const REPORT = { report: '7186.32', excluded: '66.00', ...NOTHING };

describe('billing invoiced', () => {
  let tenant: Tenant;
  useHarness(async (harness) => {
    await harness.bill(MONTH, BILLED);
    tenant = new Tenant(harness);
  });
  afterEach(() => tenant.reset());

  test('follows contracts to invoices, and the parts add up to the report', async () => {
    const before = await tenant.read();
    expect(before.code).toBe(3);
    expect(before.read.totals).toEqual([{ currency: 'EUR', ...REPORT, invoiced: '0.00', posted: '0.00', open: BILLED_SALES }]);
    await tenant.approve();
    const posted = await tenant.read();
    expect(posted.code).toBe(0);
    expect(posted.read.totals).toEqual([{ currency: 'EUR', ...REPORT, invoiced: '0.00', posted: BILLED_SALES, open: '0.00' }]);
    await tenant.invoice();
    const invoiced = await tenant.read();
    expect(invoiced).toMatchObject({ code: 0, read: { differences: [], unread: [] } });
    expect(invoiced.read.totals).toEqual([{ currency: 'EUR', ...REPORT, invoiced: BILLED_SALES, posted: '0.00', open: '0.00' }]);
    const { out } = await tenant.harness.cli('invoiced', MONTH, '--full');
    expect(out).toMatch(/Contoso Dental Group\s+EUR\s+1,440\.93\s+1,410\.93/);
    const file = tenant.harness.file('close.json');
    const closed = JSON.parse((await tenant.harness.cli('close', MONTH, '--out', file, '--json')).out) as Certificate;
    expect(closed.invoiced?.totals).toEqual(invoiced.read.totals);
  });

  test('is the certificate’s second part; the next says what moved', async () => {
    const close = async (file: string): Promise<string> =>
      (await tenant.harness.cli('close', MONTH, '--out', tenant.harness.file(file))).out;
    await tenant.reset();
    expect(await close('before.json')).toContain('Customers had not been charged for it by then');
    await tenant.approve();
    const item = await tenant.itemOfRow();
    await tenant.edit('billingItems', item, { extendedPrice: Number(item.extendedPrice) - 11 });
    const paper = await close('after.json');
    expect(paper).toContain(
      `What customers were charged has changed: to invoice 0.00 → 7,109.32 EUR, not posted ${grouped(BILLED_SALES)} → 0.00 EUR, differences 0.00 → -11.00 EUR.`,
    );
    expect(paper).toMatch(/customer +currency +report +invoiced +to invoice +not posted +excluded +differences\n/);
    expect(paper).toContain('report = invoiced + to invoice + not posted + excluded − differences\n');
    expect(paper).toMatch(
      /-11\.00 EUR {2}changed by hand while posting: Contoso Dental Group: Microsoft 365 Business Premium, subscription \S+, row \d+: 480\.00 EUR was posted, in the contract stand 491\.00\n/,
    );
  });

  const CASES: [title: string, kind: string, amount: string, happens: (tenant: Tenant) => Promise<unknown>][] = [
    [
      'a row changed before posting is named with the excess charge',
      'contract-differs',
      '9.00',
      async (tenant) => {
        const row = await tenant.row();
        await tenant.edit('unitRows', row, { price: Number(row.price) + 9 });
        await tenant.approve();
      },
    ],
    [
      'an amount that the approver changed while posting is named',
      'changed-by-hand',
      '-11.00',
      async (tenant) => {
        await tenant.approve();
        const item = await tenant.itemOfRow();
        await tenant.edit('billingItems', item, { extendedPrice: Number(item.extendedPrice) - 11 });
      },
    ],
    [
      'an item set not to be billed charges nobody',
      'changed-by-hand',
      '-491.00',
      async (tenant) => {
        await tenant.approve();
        await tenant.edit('billingItems', await tenant.itemOfRow(), { nonBillable: 1 });
      },
    ],
    [
      'a posted row without a billing item does not count as charged',
      'item-missing',
      '-491.00',
      async (tenant) => {
        await tenant.approve();
        await tenant.harness.control('DELETE', `autotask/billingItems/${String((await tenant.itemOfRow()).id)}`);
      },
    ],
    [
      'a row posted twice is named with the double amount',
      'posted-twice',
      '491.00',
      async (tenant) => {
        await tenant.approve();
        await tenant.relink({ extendedPrice: 491 });
      },
    ],
    [
      'what Autotask prorated by itself after the posting is named',
      'prorated',
      '12.34',
      async (tenant) => {
        await tenant.approve();
        await tenant.relink({ extendedPrice: 12.34, contractServiceAdjustmentID: 7 });
      },
    ],
    [
      'an item of a row that is gone is named',
      'without-source',
      '5.00',
      async (tenant) => {
        await tenant.approve();
        await tenant.relink({ extendedPrice: 5, contractServicePeriodID: 987_654 });
      },
    ],
    [
      'an item posted in another month is named and counts as charged',
      'other-month',
      '491.00',
      async (tenant) => {
        await tenant.approve();
        await tenant.edit('billingItems', await tenant.itemOfRow(), { itemDate: '2025-11-03' });
      },
    ],
    [
      'a voided invoice did not charge anybody',
      'voided',
      '-491.00',
      async (tenant) => {
        await tenant.approve();
        await tenant.invoice();
        const { invoiceID } = await tenant.itemOfRow();
        await tenant.harness.control('POST', 'autotask/invoice/void', { invoiceID });
      },
    ],
  ];

  test.each(CASES)('%s', async (_title, kind, amount, happens) => {
    await happens(tenant);
    const { code, read } = await tenant.read();
    const found = read.differences.filter((one) => one.kind === kind && one.subscriptionId === CONTOSO_A);
    expect({ code, amounts: found.map((one) => one.amount) }).toEqual({ code: 3, amounts: [amount] });
    expect(found[0]!.message).toContain(`Contoso Dental Group: Microsoft 365 Business Premium, subscription ${CONTOSO_A}, `);
  });

  // They were called voided, and never had been on it.
  test('calls amounts posted after a voided invoice open', async () => {
    const { id: contractID } = await tenant.contract();
    await tenant.approve();
    await tenant.harness.control('POST', 'autotask/unfreeze', { through: THROUGH, contractID });
    await tenant.invoice();
    for (const { id } of (await tenant.tables()).invoices)
      await tenant.harness.control('POST', 'autotask/invoice/void', { invoiceID: id });
    await tenant.harness.control('POST', 'clock', { now: `${BILLED}T09:00:00Z` });
    await tenant.approve();
    const { read } = await tenant.read();
    expect(new Set(read.differences.map(({ kind }) => kind))).toEqual(new Set(['voided']));
    expect(read.differences.filter(({ subscriptionId }) => subscriptionId === CONTOSO_A)).toEqual([]);
    const { items, posted } = { items: await tenant.itemOfRow(), posted: read.totals[0]!.posted };
    expect([items.extendedPrice, items.invoiceID, posted]).toEqual([ROW_SALES, null, '491.00']);
  });
});

describe('every difference has a name, and parts equal the report', () => {
  const cents = fc.integer({ min: -5_000, max: 5_000 }).map((value) => BigInt(value) * exact('0.01'));
  const place = fc.record({
    reported: cents,
    parts: fc.array(fc.record({ sales: cents, isPosted: fc.boolean(), items: fc.array(cents, { maxLength: 3 }) }), {
      maxLength: 3,
    }),
    isHeld: fc.boolean(),
  });

  test('whatever was posted, changed, doubled, lost or voided', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 4 }), fc.boolean(), (places, hasVoid) => {
        const given = givenBy(places, hasVoid);
        for (const sums of compareInvoiced(given).totals) expect(partsOfReport(sums)).toBe(exact(sums.report));
      }),
    );
  });

  const partsOfReport = (sums: Charges): bigint =>
    [sums.invoiced, sums.posted, sums.open, sums.held, sums.excluded, sums.rounding].reduce((sum, one) => sum + exact(one), 0n) -
    exact(sums.dismissed) -
    exact(sums.differences);

  const NO_DATES = { from: null, to: null, madeAt: null };

  interface GeneratedPlace {
    reported: bigint;
    parts: { sales: bigint; isPosted: boolean; items: bigint[] }[];
    isHeld: boolean;
  }

  /** Each place a subscription of its own, with a contract of its own number. */
  function givenBy(places: GeneratedPlace[], hasVoid: boolean): InvoicedGiven {
    const parts = places.flatMap((one, contractId) =>
      one.parts.map((part, index): Part => ({
        ...{ kind: 'row', id: contractId * 10 + index + 1, contractId: contractId + 1, serviceId: index, label: `row ${index}` },
        ...{ companyId: 7, subscriptionId: `sub-${contractId}`, sales: part.sales, cost: 0n, isPosted: part.isPosted },
      })),
    );
    const items = places.flatMap((one, contractId) =>
      one.parts.flatMap((part, index) =>
        part.items.map((sales, number) => ({
          ...{
            id: contractId * 100 + index * 10 + number + 1,
            contractId: contractId + 1,
            serviceId: index,
            companyId: 7,
            sales,
          },
          ...{ rowId: contractId * 10 + index + 1, chargeId: null, adjustmentId: null, day: '2025-10-01', postedAt: null },
          invoiceId: [null, 1, 2][number]!,
        })),
      ),
    );
    return {
      ...{ month: MONTH, parts, items, excluded: [], dismissed: [], companyNames: new Map(), otherRows: new Set() },
      placeOf: (contractId) => ({ companyId: 7, subscriptionId: `sub-${contractId - 1}` }),
      currencyOf: () => 'EUR',
      customers: [{ organizationId: 'o', organizationName: 'O', companyIdText: '7' }],
      invoices: [1, 2].map((id) => ({ id, companyId: 7, number: String(id), isVoid: hasVoid && id === 2, ...NO_DATES })),
      reported: places.map(({ reported }, index) => ({
        ...{ organizationId: 'o', organizationName: 'O', subscriptionId: `sub-${index}`, currency: 'EUR', lines: [] },
        ...{ roundings: 0, cost: 0n, sales: reported },
      })),
      held: places.flatMap(({ isHeld }, index) =>
        isHeld
          ? [
              {
                ...{ organizationId: 'o', organizationName: 'O', contractKey: `sub-${index}`, productName: 'P', currency: 'EUR' },
                ...{ cost: '0.00', sales: '1.00', reason: 'skipped' },
              },
            ]
          : [],
      ),
    };
  }
});

describe('the invoices of 300 customers', () => {
  const euros = (cents: number): string => (cents / 100).toFixed(2);
  const none = { held: '0.00', excluded: '0.00', dismissed: '0.00', rounding: '0.00' };
  /** Two customers in three are charged more or less than the report says, customer 298 the most. */
  const reading: InvoicedReading = {
    month: MONTH,
    totals: [
      { currency: 'EUR', ...none, report: '30000.00', invoiced: '29000.00', posted: '0.00', open: '0.00', differences: '1.00' },
    ],
    customers: Array.from({ length: 300 }, (_, at) => ({
      ...{ organizationName: `Customer ${at}`, currency: 'EUR', ...none, report: '100.00', invoiced: '100.00', posted: '0.00' },
      ...{ open: '0.00', differences: at % 3 === 0 ? '0.00' : euros(at % 2 === 0 ? at : -at) },
    })),
    differences: Array.from({ length: 200 }, (_, at) => ({
      ...{ kind: 'changed-by-hand' as const, organizationName: `Customer ${at}`, subscriptionId: CONTOSO_A, currency: 'EUR' },
      amount: euros(200 - at),
      message: `Customer ${at}: Microsoft 365 Business Premium, subscription ${CONTOSO_A}, row ${at}: 480.00 EUR was posted, in the contract stand 491.00`,
    })),
    unread: Array.from(
      { length: 30 },
      (_, at) => `Autotask, BillingItems, ${at}: itemdate is not a date. The month is not certified.`,
    ),
  };
  const textOf = (isFull: boolean, columns = Infinity): string[] =>
    renderInvoiced({ ...reading, isFull }, { columns, hasColour: false }).split('\n');

  test.each([[60], [80], [Infinity]])('fit 200 lines on paper %d wide: they were more than 500', (columns) =>
    expect(textOf(false, columns).length).toBeLessThanOrEqual(200),
  );

  test('begin with the sum, then the largest difference', () => {
    const text = textOf(false);
    expect(text.slice(4, 7).map((row) => row.split(/ {2,}/)[0])).toEqual(['all', 'Customer 299', 'Customer 298']);
    expect(text).toContain('… and 240 more, with smaller differences or none: billing invoiced 2025-10 --full');
    expect(text.join('\n')).toMatch(/\n {2}2\.00 EUR {2}changed by hand while posting: Customer 0: /);
    expect(text.join('\n')).toMatch(/\n {2}… and \d+ more: billing invoiced 2025-10 --full\n/);
  });

  test('without a difference are reported from the largest amount on', () => {
    const customers = reading.customers.map((one, at) => ({ ...one, report: euros(at * 7), differences: '0.00' }));
    const text = renderInvoiced({ ...reading, customers, differences: [], isFull: false }).split('\n');
    expect(text.slice(4, 7).map((row) => row.split(/ {2,}/)[0])).toEqual(['all', 'Customer 299', 'Customer 298']);
  });

  test('are all told with --full', () => {
    const text = textOf(true).join('\n');
    expect([
      text.match(/^Customer \d+ /gm)?.length,
      text.match(/changed by hand/g)?.length,
      text.match(/is not a date/g)?.length,
    ]).toEqual([300, 200, 30]);
    expect(text).not.toContain('more');
  });
});

describe('from INVOICE_BY_DAY on, status says of a month', () => {
  const sums = { report: '9.00', held: '0.00', excluded: '0.00', dismissed: '0.00', rounding: '0.00', differences: '0.00' };
  const record = (invoiced: string, posted: string, open: string, differences = 0): InvoicedRecord => ({
    ...{ month: MONTH, differences, readAt: '2025-11-09T08:00:00.000Z' },
    totals: [{ currency: 'EUR', ...sums, invoiced, posted, open }],
  });

  test.each<[title: string, record: InvoicedRecord | null, says: string | null]>([
    ['that nobody has looked', null, 'Not yet checked whether customers were charged for 2025-10: billing invoiced 2025-10'],
    ['nothing, where all of it is invoiced', record('9.00', '0.00', '0.00'), null],
    [
      'what is not posted, and what is on no invoice',
      record('0.00', '4.00', '5.00'),
      '2025-10 is not fully invoiced: 5.00 EUR not posted, 4.00 EUR posted and on no invoice, as of 2025-11-09. To check again: billing invoiced 2025-10',
    ],
    [
      'that there are differences',
      record('9.00', '0.00', '0.00', 2),
      '2025-10 is not fully invoiced: 2 differences, as of 2025-11-09. To check again: billing invoiced 2025-10',
    ],
  ])('%s', (_title, given, says) => expect(openInvoicing(given, MONTH)).toBe(says));
});
