import { describe, expect, test } from '@jest/globals';
import { copiesOf, copiesText, servicesInUse, type Copy } from '../../shared/billing/ghosts/copies.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import { namesOf } from '../../shared/billing/report/named.js';
import type { Contract, Gone, Row } from '../../shared/billing/types.js';
import { AS_OF, books, company, contract, report, row, running, service, settings } from './builders.js';

/** A contract that somebody copied by hand carries no id of ours, and bills next to the original. */

const { facts } = cutReport(report(), AS_OF, namesOf(report()));
const COPY = contract({ id: 900, name: 'Copy of Business Premium', subscriptionId: null, number: null });
const COPIED = row({ id: 9000, contractId: 900, contractServiceId: 901 });
const found = (contracts: Contract[], rows: Row[], held = running()): Copy[] =>
  copiesOf(held, { contracts, rows }, facts, settings());
const shown = (copies: Copy[]): string[] =>
  copies.map(({ contractId, sales, originalId }) => `${contractId}: ${sales} next to ${originalId}`);

describe('a copy of a contract', () => {
  // It was not reported.
  test('a copy is reported with its amount and what it doubles', () => {
    const copies = found([COPY], [COPIED]);
    expect(copies).toEqual([
      {
        contractId: 900,
        contractName: 'Copy of Business Premium',
        companyName: 'Contoso Ltd',
        serviceName: 'Business Premium (1 year, paid monthly)',
        sales: '120.00',
        currency: 'EUR',
        originalId: 100,
      },
    ]);
    expect(copiesText(copies)).toBe(
      'Billed in addition to what is billed here, on contracts without one of our ids, as copies made by hand are: contract 900 (Copy of Business Premium) of Contoso Ltd bills 120.00 EUR of Business Premium (1 year, paid monthly), which is also on contract 100. If it is the same, set its units to 0 in Autotask or end the contract; billing does not touch it.',
    );
  });

  // Also where somebody split the service's month.
  test('a copy is one finding per service, in order of contracts', () => {
    const other = { ...COPY, id: 899 };
    const rows = [COPIED, { ...COPIED, id: 9001, price: '30' }, { ...COPIED, id: 9002, contractId: 899 }];
    expect(shown(found([COPY, other], rows))).toEqual(['899: 120.00 next to 100', '900: 150.00 next to 100']);
  });

  // It was reported no more, and the customer went on paying it.
  test('a copy is reported though ours is at 0 by now', () => {
    const ended = { ...running(), rows: running().rows.map((one) => ({ ...one, units: 0, price: '0', cost: '0' })) };
    expect(servicesInUse(ended, facts, settings())).toEqual([50]);
    expect(shown(found([COPY], [COPIED], ended))).toEqual(['900: 120.00 next to 100']);
  });

  test.each<[string, Contract, Row]>([
    ['of another company', { ...COPY, companyId: 8 }, COPIED],
    ['with another service', COPY, { ...COPIED, serviceId: 77 }],
    ['without units', COPY, { ...COPIED, units: 0 }],
    ['that bills nothing', COPY, { ...COPIED, price: '0', cost: '0' }],
    ['that carries a subscription of Cloudmore’s', { ...COPY, subscriptionId: contract().subscriptionId }, COPIED],
  ])('is none %s', (_, copy, copied) => {
    expect(found([copy], [copied])).toEqual([]);
  });

  test('a row of an unseen contract does not count as a copy', () => {
    expect(found([], [COPIED])).toEqual([]);
  });

  // The survey reads for that number.
  test('a copy with somebody’s own number is found too', () => {
    const numbered = { ...COPY, number: 'PO 77' };
    const held = { ...running(), contracts: [contract(), numbered], rows: [...running().rows, COPIED] };
    expect(shown(found([], [], held))).toEqual(['900: 120.00 next to 100']);
  });

  test('a copy names company and service by id where names are unknown', () => {
    const [unknown] = found([COPY], [COPIED], { ...running(), companies: [], services: [] });
    expect(unknown).toMatchObject({ companyName: 'company 7', serviceName: 'service 50', currency: 'EUR' });
    const others = {
      companies: [company({ id: 8, name: 'Other' }), company()],
      services: [service({ id: 51 }), service({ name: 'Own' })],
    };
    expect(found([COPY], [COPIED], { ...running(), ...others })[0]).toMatchObject({
      companyName: 'Contoso Ltd',
      serviceName: 'Own',
    });
  });

  test("a copy is reported in its company's currency, as first of many", () => {
    const held = { ...running(), companies: [company({ currency: 'usd' })] };
    const [copy] = found([COPY], [COPIED], held);
    expect(copy!.currency).toBe('USD');
    expect(copiesText(Array.from({ length: 7 }, () => copy!))).toContain('; and 2 more. If');
    const textOf = (count: number): string => copiesText(Array.from({ length: count }, () => copy!))!;
    expect([textOf(5), textOf(7)].map((text) => text.split('; contract 900').length)).toEqual([5, 5]);
    expect(textOf(5)).not.toContain('more');
    expect(copiesText([])).toBeNull();
  });
});

// Those that stand for an item code on a row of ours, or stood for one.
test('services of item codes on our rows are looked for elsewhere', () => {
  const services = [service(), service({ id: 51, key: 'Managed workplace' }), service({ id: 52, key: 'cloudmore:perpetual' })];
  const rows = [row(), row({ id: 2, serviceId: 51 })];
  expect(servicesInUse(books({ services, rows }), facts, settings())).toEqual([50]);
  const gone = (kind: Gone['kind'], id: number): Gone => ({ kind, id, key: 'CFQ7', why: 'It has lost its key.' });
  const own = service({ id: 54, key: 'Managed printing' });
  const lost = { services: [...services, own], rows, gone: [gone('service', 51), gone('contract', 54)] };
  expect(servicesInUse(books({ ...lost, rows: [...rows, row({ id: 3, serviceId: 54 })] }), facts, settings())).toEqual([50, 51]);
});
