import { describe, expect, test } from '@jest/globals';
import { cutReport } from '../../shared/billing/report/facts.js';
import { digestOf } from '../../shared/billing/basics/keys.js';
import { planUndo, type UndoPlan } from '../../shared/billing/plan/undo.js';
import type { PostAdjustmentStep } from '../../shared/billing/plan-types.js';
import type { Books, Row } from '../../shared/billing/types.js';
import {
  AS_OF,
  books,
  charge,
  company,
  contract,
  line,
  MONTH,
  organization,
  report,
  row,
  running,
  service,
  settings,
  SUBSCRIPTION,
  undo,
  type Situation,
  AZURE_KEY,
} from './builders.js';
import { KEY } from './examples/row-and-charge.js';

/** The way back line by line: what stands in Autotask against what stood there before the month's first write. */

const COMPANY = 7;
const back = (before: Books, now: Books, situation: Situation = {}, companyId: number | null = COMPANY): UndoPlan =>
  undo({ ...situation, books: now }, { books: before, companyId, billed: [SUBSCRIPTION] });

const listed = ({ lines }: UndoPlan): string[] =>
  lines.map(({ id, now, before, outcome }) => `${id}: ${now.sales} → ${before.sales} ${outcome}`);
const messages = ({ lines }: UndoPlan): (string | null)[] => lines.map(({ message }) => message);
const writes = (made: UndoPlan): string[] =>
  made.steps.map((step) => {
    if (step.kind === 'postCharge') return `${step.action} ${step.quantity} × ${step.unitPrice} / ${step.unitCost}`;
    const { day, units, unitPrice } = step as PostAdjustmentStep;
    return `${day}: ${units} units${unitPrice === null ? '' : ` × ${unitPrice}`}`;
  });

const eight = running(8, '96', '80');
const ten = running();
const NOT_POSTED =
  'It is approved and posted in Autotask and stays as it is. Unpost 2025-10 there and undo again, or credit the amount.';

describe('nothing of an organization is undone', () => {
  const nothing = ({ lines, steps }: UndoPlan): unknown => ({ lines, steps });

  test('where it is not known at which company it is billed', () => {
    const made = back(eight, ten, { report: { organizations: [organization({ companyIdText: '99' })] } });
    expect(nothing(made)).toStrictEqual({ lines: [], steps: [] });
    expect([made.companyId, made.held]).toEqual([99, expect.stringMatching(/99/)]);
  });

  test.each<[number | null, string]>([
    [8, 'company 8'],
    [null, 'company unknown'],
  ])('where it was billed to another company: %j', (companyId, words) => {
    const made = back(eight, ten, {}, companyId);
    expect(nothing(made)).toStrictEqual({ lines: [], steps: [] });
    expect(made.held).toBe(
      `The month was billed to ${words}, but the organization now names company 7. Enter the old id again in Cloudmore, undo, and change it afterwards.`,
    );
  });

  test('where records cannot be read, then or now, with their number', () => {
    const record = { vendor: 'Autotask', path: 'Contracts', record: '5', member: 'endDate', value: 'x', problem: 'is not a day' };
    const unreadable = [{ ...record, kind: 'contract' as const, id: 5, contractId: 5, companyId: 7, keys: null }];
    const words = (count: number): string =>
      `${count} of its records in Autotask cannot be read, now or before the month was billed: it is not known what was there. Correct them there.`;
    expect(back(eight, { ...ten, unreadable }).held).toBe(words(1));
    expect(back({ ...eight, unreadable }, { ...ten, unreadable }).held).toBe(words(2));
  });
});

test('a release names lines, steps and where they stand', () => {
  const made = back(eight, ten);
  expect(made.digest).toBe(digestOf(['undo', MONTH, 'org-1', COMPANY, COMPANY, null, made.lines, made.steps]));
});

describe('lines', () => {
  test('lines say where they stand, as a way back', () => {
    const made = back(eight, ten);
    expect(made.lines).toEqual([
      {
        id: 'undo-100-50',
        contractId: 100,
        contractKey: SUBSCRIPTION,
        serviceId: 50,
        name: 'Business Premium (1 year, paid monthly)',
        currency: 'EUR',
        now: { sales: '120.00', cost: '100.00' },
        before: { sales: '96.00', cost: '80.00' },
        outcome: 'undone',
        message: null,
      },
    ]);
    expect(writes(made)).toEqual(['2025-10-01: 8 units × 12.0000']);
    expect(made.steps[0]).toMatchObject({ items: ['undo-100-50'], serviceKey: service().key, serviceId: 50 });
    expect(made.steps[0]!.summary).toMatch(/^Undo: Business Premium/);
  });

  test('lines come by contract and service, in order of ids', () => {
    const services = [service({ id: 51, key: 'cloudmore:subscription' }), service()];
    const rows = (price: string): Row[] =>
      [100, 99].flatMap((contractId) =>
        [50, 51].map((serviceId) => row({ id: contractId * 100 + serviceId, contractId, serviceId, price })),
      );
    const contracts = [contract(), contract({ id: 99 })];
    const at = (price: string): Books => books({ contracts, services, rows: rows(price) });
    expect(listed(back(at('96'), at('120'))).map((text) => text.split(':')[0])).toEqual([
      'undo-99-50',
      'undo-99-51',
      'undo-100-50',
      'undo-100-51',
    ]);
  });

  test('are those of services that are gone since as well, each once', () => {
    const services = [service(), service({ id: 51, key: 'cloudmore:subscription' })];
    const both = (held: Books, price: string, known = services): Books => ({
      ...held,
      services: known,
      rows: [...held.rows, row({ id: 7, contractServiceId: 201, serviceId: 51, price })],
    });
    const made = back(both(eight, '50'), both(ten, '60', [services[1]!]));
    expect(listed(made)).toEqual(['undo-100-50: 120.00 → 96.00 undone', 'undo-100-51: 60.00 → 50.00 undone']);
  });

  // With the charge next to its row; the preview said that all stood as before.
  test.each<[string, Situation]>([
    ['of a record type switched off', { settings: { exportRecordTypes: ['AzurePlan'] } }],
    ['of a service switched off', { settings: { excludeServices: ['svc-365'] } }],
  ])('%s since stay, and say what stands', (_, situation) => {
    const made = back(eight, { ...ten, charges: [charge({ key: KEY, price: '-10', cost: '0' })] }, situation);
    const { lines, steps, held } = made;
    expect([steps, held, listed(made)]).toStrictEqual([[], null, ['undo-100-50: 110.00 → 96.00 held']]);
    expect(lines[0]!.message).toMatch(/^Its record type or Cloudmore service has been switched off since .* is still billed\./);
    expect(back(ten, ten, situation).lines).toStrictEqual([]);
  });

  test('are none of a contract that nobody named for the organization', () => {
    const unnamed = { contracts: [contract({ subscriptionId: 'cm-00000000000000000000000000000000', number: null })] };
    expect(back({ ...eight, ...unnamed }, { ...ten, ...unnamed }).lines).toStrictEqual([]);
    const foreign = { contracts: [contract({ subscriptionId: null, number: 'PO 1' })] };
    expect(back({ ...eight, ...foreign }, { ...ten, ...foreign }).lines).toStrictEqual([]);
    expect(back({ ...eight, ...foreign }, { ...ten, contracts: [] }).lines).toStrictEqual([]);
  });

  test('are those of its subscriptions where an earlier release kept no names', () => {
    const { facts, organizations } = cutReport(report(), AS_OF);
    const { named: _, ...before } = facts;
    const input = {
      facts: before,
      slice: organizations[0]!,
      settings: settings(),
      laterBilled: new Set<number>(),
    };
    const made = planUndo({ ...input, books: ten, before: { books: eight, companyId: COMPANY, billed: [] } });
    expect(writes(made)).toEqual(['2025-10-01: 8 units × 12.0000']);
    expect(listed(made)).toEqual(['undo-100-50: 120.00 → 96.00 undone']);
  });

  // This organization had it last month.
  test('lines of a subscription that moved since stay, and are reported', () => {
    const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam' })];
    const moved: Situation = {
      report: {
        organizations,
        lines: [line({ organizationId: 'org-2', organizationName: 'Fabrikam' })],
        previousLines: [line({ billingDate: '2025-09-08' })],
        subscriptions: [],
      },
      settings: { allowSharedCompanies: [COMPANY] },
    };
    const made = back(eight, ten, moved);
    expect(made.steps).toStrictEqual([]);
    expect(made.lines).toMatchObject([
      {
        id: `undo-100-${contract().name}`,
        serviceId: null,
        outcome: 'held',
        now: { sales: '120.00' },
        before: { sales: '96.00' },
      },
    ]);
    expect(made.lines[0]!.message).toMatch(
      /^Subscription .+ now belongs to organization Fabrikam, which is billed for it on contract 100\. What was there before 2025-10 was billed has to be brought back by hand\.$/,
    );
    const withOthers = (held: Books): Books => ({
      ...held,
      charges: [charge({ key: 'PO 1', price: '3' }), charge({ id: 1, key: 'CM-2025-09-00000000000000000000', price: '4' })],
    });
    expect(listed(back(withOthers(eight), withOthers(ten), moved))).toEqual([`undo-100-${contract().name}: 120.00 → 96.00 held`]);
    const withOwn = { ...ten, charges: [charge({ key: KEY, price: '5' })] };
    expect(listed(back(eight, withOwn, moved))).toEqual([`undo-100-${contract().name}: 125.00 → 96.00 held`]);
    expect(back(ten, ten, moved).lines).toStrictEqual([]);
  });
});

describe('what stays on a contract', () => {
  test('that is not there any more: what stood there', () => {
    const made = back(eight, { ...ten, contracts: [], rows: [] });
    expect(listed(made)).toEqual(['undo-100-50: 0.00 → 96.00 held']);
    expect([made.steps, messages(made)]).toEqual([[], ['Contract 100 is no longer there.']]);
    expect(
      back({ ...eight, rows: [row({ units: 0, price: '0', cost: '0' })] }, { ...ten, contracts: [], rows: [] }).lines,
    ).toStrictEqual([]);
  });

  const moved: Partial<Books> = { contracts: [contract({ companyId: 8 })], companies: [company(), company({ id: 8 })] };
  const charged = (held: Books, ...charges: Parameters<typeof charge>[0][]): Books => ({
    ...held,
    charges: charges.map((changes, index) => charge({ id: 3000 + index, ...changes })),
  });
  const azure = books({ contracts: [contract()], services: [service()] });
  const usage = { key: AZURE_KEY, price: '75', cost: '60' };

  test.each<[string, Books, Books, string]>([
    ['that belongs to another company: its row', eight, { ...ten, ...moved }, 'Contract 100 belongs to company 8 now.'],
    [
      'that belongs to another company: its charge',
      azure,
      charged({ ...azure, ...moved }, usage),
      'Contract 100 belongs to company 8 now.',
    ],
    [
      'charged for the month before its first write: its row',
      charged(eight, { key: KEY }),
      charged(ten, { key: KEY }),
      'Part of 2025-10 was billed on it before the first write in the evidence: it is not known what was there before. Bring it back there by hand.',
    ],
    [
      'charged for the month before its first write: its charge',
      charged(azure, usage),
      charged(azure, { ...usage, price: '80' }),
      'Part of 2025-10 was billed on it before the first write in the evidence: it is not known what was there before. Bring it back there by hand.',
    ],
    [
      'whose row is approved',
      eight,
      { ...ten, rows: ten.rows.map((one) => ({ ...one, frozen: one.startDay === '2025-10-01' })) },
      NOT_POSTED,
    ],
    ['with a billed charge next to its row', eight, charged(ten, { key: KEY, billed: true }), NOT_POSTED],
    ['with a billed charge without a row', azure, charged(azure, { ...usage, billed: true }), NOT_POSTED],
    [
      'of which later months were not read',
      eight,
      { ...ten, detailed: [] },
      'The rows of later months on contract 100 were not read.',
    ],
    ['whose row somebody took away', eight, { ...ten, rows: [] }, 'Its row on contract 100 is no longer there.'],
  ])('%s', (_, before, now, message) => {
    const made = back(before, now);
    expect([made.lines.map(({ outcome }) => outcome), messages(made), made.steps]).toEqual([['held'], [message], []]);
  });

  test('it stays so, whatever is set for approved months', () => {
    const afterFreeze: Situation = { settings: { afterFreeze: 'charge' } };
    const frozen = { ...ten, rows: ten.rows.map((one) => ({ ...one, frozen: one.startDay === '2025-10-01' })) };
    expect(back(eight, frozen, afterFreeze)).toMatchObject({ lines: [{ outcome: 'held' }], steps: [] });
    expect(back(azure, charged(azure, { ...usage, billed: true }), afterFreeze)).toMatchObject({
      lines: [{ outcome: 'held' }],
      steps: [],
    });
  });

  // Then or now.
  test('charges of others and of other months hold nothing', () => {
    const otherCharges = [{ key: 'PO 4711' }, { key: 'CM-2025-09-00000000000000000000', billed: true }];
    expect(listed(back(charged(eight, ...otherCharges), charged(ten, ...otherCharges)))).toEqual([
      'undo-100-50: 120.00 → 96.00 undone',
    ]);
  });

  test('charges without a row go back in order of keys', () => {
    const [low, high] = [KEY, AZURE_KEY].sort();
    const now = charged(azure, { key: high!, price: '75', cost: '60' }, { key: low!, price: '5', cost: '4' }, { key: 'PO 1' });
    const made = back(azure, now);
    expect(listed(made)).toEqual([`undo-100-charge ${low}: 5.00 → 0.00 undone`, `undo-100-charge ${high}: 75.00 → 0.00 undone`]);
    expect(made.lines[0]!.name).toBe(`${contract().name}, charge ${low}`);
    expect(made.steps.map(({ summary }) => summary.split(':')[0])).toEqual(['Undo', 'Undo']);
  });

  // The way back of one customer took away what another was billed.
  test('a charge that somebody moved here stays', () => {
    const made = back(azure, charged(azure, { key: `CM-${MONTH}-${'f'.repeat(20)}`, price: '75', cost: '60' }));
    expect([listed(made), made.steps]).toEqual([[`undo-100-charge CM-${MONTH}-${'f'.repeat(20)}: 75.00 → 0.00 held`], []]);
    expect(messages(made)).toEqual([expect.stringMatching(/^Its key matches nothing that was billed on this contract: /)]);
  });

  // Also where its service is known.
  test('a charge on a contract without a row is a line', () => {
    expect(listed(back(azure, charged(azure, { key: KEY, price: '5' })))).toEqual([`undo-100-charge ${KEY}: 5.00 → 0.00 undone`]);
  });

  test('charges that cancel each other out are back already', () => {
    const key = `CM-${MONTH}-${'0'.repeat(20)}`;
    expect(back(azure, charged(azure, { key, price: '5' }, { key: `${key}-2`, price: '-5' })).lines).toStrictEqual([]);
  });

  // It is not a line of its own.
  test('a charge next to a row goes back with it', () => {
    const made = back(ten, charged(ten, { key: KEY, price: '5' }));
    expect(listed(made)).toEqual(['undo-100-50: 125.00 → 120.00 undone']);
    expect(writes(made)).toEqual(['delete 1 × 0.0000 / 0.0000']);
  });
});
