import { describe, expect, test } from '@jest/globals';
import { recordTypeOfKey } from '../../shared/billing/contracts/catalogue.js';
import { indexPrices } from '../../shared/billing/report/items.js';
import type { EnsureServiceStep } from '../../shared/billing/plan-types.js';
import type { Service } from '../../shared/billing/types.js';
import { books, CODE, plan, price, service, type Situation } from './builders.js';

/** Rule 5 next to its worked examples: which of several services is taken, what a new one is called, what a key stands for. */

const NAME = 'Business Premium (1 year, paid monthly)';

const ensured = (services: Service[], situation: Situation = {}): EnsureServiceStep | undefined =>
  plan({ books: books({ services }), ...situation }).steps.find((step) => step.kind === 'ensureService');

describe("a broker's choice makes an inactive service active again (5.2)", () => {
  const reactivating: Situation = { settings: { inactiveServices: 'reactivate' } };
  const inactive = (id: number, changes: Partial<Service> = {}): Service => service({ id, isActive: false, ...changes });
  const idOf = (...services: Service[]): number | null | undefined => ensured(services, reactivating)?.serviceId;

  test('the newest of several with the key, however they are listed', () => {
    expect(idOf(inactive(50), inactive(52), inactive(51))).toBe(52);
  });
  test('the newest of several with the name and no key', () => {
    expect(idOf(inactive(50, { key: null }), inactive(52, { key: ' ' }), inactive(51, { key: null }))).toBe(52);
  });
  test('one with the key before a newer one with the name', () => {
    expect(idOf(inactive(50), inactive(51, { key: null }))).toBe(50);
  });
  // It has the name, but it is not inactive, and nobody said that it stands for this.
  test('a service without key that is active is not reactivated', () => {
    expect(ensured([service({ key: null })], reactivating)).toMatchObject({ serviceId: null, name: `${NAME} [${CODE}]` });
  });
  test('its item says so, and of what it stands for', () => {
    const { because } = plan({ books: books({ services: [inactive(50, { unitPrice: '11' })] }), ...reactivating }).items[0]!;
    expect(because.filter(({ rule }) => rule === '5.2')).toEqual([
      {
        rule: '5.2',
        text: `service 50 (${NAME}), reactivated for ${CODE}, price 11.00 → 12.00 from the price list`,
      },
    ]);
  });
  test('its step says so, with the price it had', () => {
    expect(ensured([inactive(50, { unitPrice: '11' })], reactivating)!.summary).toBe(
      `Service ${NAME}: active again, 11.00 → 12.00`,
    );
  });
});

describe('a new service is called what no other is called (5.2)', () => {
  const LONG = 'Extended Support '.repeat(8).trim();
  const titled = (name: string): Situation => ({ report: { prices: [price({ name, termMonths: null, paymentMonths: null })] } });
  const others = (...names: string[]): Service[] =>
    names.map((name, index) => service({ id: 60 + index, name, key: `OTHER-${index}` }));

  test('within 100 characters, with the key behind it', () => {
    const { name } = ensured(others(LONG.slice(0, 100)), titled(LONG))!;
    expect([name, name.length]).toEqual([`${LONG.slice(0, 100 - CODE.length - 3)} [${CODE}]`, 100]);
  });
  test('also where a number has to follow the key', () => {
    const first = `${LONG.slice(0, 100 - CODE.length - 3)} [${CODE}]`;
    const { name } = ensured(others(LONG.slice(0, 100), first), titled(LONG))!;
    expect([name, name.length]).toEqual([`${LONG.slice(0, 100 - CODE.length - 5)} [${CODE}] 2`, 100]);
  });
  // So that Autotask says what is wrong.
  test('after twenty taken names the first is tried', () => {
    const taken = Array.from({ length: 20 }, (_, index) => `${NAME} [${CODE}]${index === 0 ? '' : ` ${index + 1}`}`);
    expect(ensured(others(NAME, ...taken.slice(0, 19)))!.name).toBe(taken[19]);
    expect(ensured(others(NAME, ...taken))!.name).toBe(taken[0]);
  });
});

describe('what the key of a service stands for (8.6)', () => {
  const GUID = '91fd106f-4b2c-4938-95ac-f54f74e9a239';
  const prices = indexPrices([price(), price({ itemCode: GUID })]);
  const names = { typeOfCode: (code: string | null) => (code === 'named' ? ('AzurePlan' as const) : null) };
  test.each([
    ['nothing', null, null],
    ['a key of ours', ' Cloudmore:Reserved-Instance', 'ReservedInstance'],
    ['a code that a report named', 'NAMED', 'AzurePlan'],
    ['a code of the price list alone', CODE.toLowerCase(), 'Csp365Nce'],
    ['a legacy code of the price list alone', GUID.toUpperCase(), 'Csp365Legacy'],
    ['a code that nobody ever named', 'CFQ7TTC0NOBODY', null],
  ])('%s', (_, key, type) => expect(recordTypeOfKey(key, prices, names)).toBe(type));
});
