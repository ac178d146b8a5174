import { describe, expect, test } from '@jest/globals';
import { errorOf, openHost, rowsByDay, worldWith, type Host, type Json } from './autotask-host.js';

const DUPLICATE = 'Attempt to insert duplicate data into contract_service_period';
const OUTSIDE = 'effectiveDate must be between the start date and end date of the Contract';

const contract = (startDate: string, endDate: string, more: Json = {}): Json => ({
  id: 10,
  companyID: 7,
  startDate,
  endDate,
  ...more,
});

/** An adjustment of the contract service 20; a refusal is answered by its text. */
async function adjust({ call }: Host, effectiveDate: string, body: Json): Promise<string> {
  const reply = await call('POST', 'ContractServiceAdjustments', {
    contractServiceID: 20,
    effectiveDate: `${effectiveDate}T10:15:00Z`,
    ...body,
  });
  return reply.status === 200 ? 'done' : errorOf(reply);
}

const extend = (host: Host, endDate: string) => host.call('PATCH', 'Contracts', { id: 10, endDate: `${endDate}T10:15:00Z` });

describe('the periods of a contract', () => {
  const grids: [title: string, from: string, to: string, type: number, rows: string[]][] = [
    ['a month each from the first', '2025-01-01', '2025-03-31', 2, ['2025-01-01', '2025-02-01', '2025-03-01']],
    ['a month each from the fifteenth', '2025-01-15', '2025-03-31', 2, ['2025-01-15', '2025-02-15', '2025-03-15']],
    [
      'the last of the month where there is no 31st',
      '2025-01-31',
      '2025-04-30',
      2,
      ['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30'],
    ],
    ['quarters', '2025-02-01', '2025-12-31', 3, ['2025-02-01', '2025-05-01', '2025-08-01', '2025-11-01']],
    ['half-years', '2025-02-01', '2025-12-31', 4, ['2025-02-01', '2025-08-01']],
    ['years', '2024-02-29', '2026-03-31', 5, ['2024-02-29', '2025-02-28', '2026-02-28']],
  ];
  test.each(grids)('%s', async (...[, from, to, contractPeriodType, starts]) => {
    const host = await openHost(worldWith({ contracts: [contract(from, to, { contractPeriodType })] }));
    expect(Object.keys(rowsByDay(host))).toEqual(starts);
    expect(host.state().unitRows.at(-1)?.endDate).toBe(`${to}T00:00:00Z`);
  });

  test('a last period that the end date cuts is billed by days', async () => {
    const host = await openHost(worldWith({ contracts: [contract('2025-01-01', '2025-02-14')] }));
    expect(rowsByDay(host)).toEqual({ '2025-01-01': [4, 20, 8], '2025-02-01': [4, 10, 4] });
  });
});

describe('an adjustment', () => {
  test('on a row’s first day changes it and all later ones', async () => {
    const host = await openHost();
    expect(await adjust(host, '2025-10-01', { unitChange: 2, adjustedUnitPrice: 6.5, adjustedUnitCost: 3 })).toBe('done');
    expect(rowsByDay(host, 20, '2025-09')).toEqual({
      '2025-09-01': [4, 20, 8],
      '2025-10-01': [6, 39, 18],
      '2025-11-01': [6, 39, 18],
      '2025-12-01': [6, 39, 18],
    });
  });

  test('answers itemId null', async () => {
    const { call } = await openHost();
    const body = { contractServiceID: 20, effectiveDate: '2025-10-01', unitChange: 1 };
    expect((await call('POST', 'ContractServiceAdjustments', body)).body).toEqual({ itemId: null });
  });

  test('on a row’s first day is a duplicate, if so switched', async () => {
    const host = await openHost(worldWith({ behaviour: { periodStart: 'duplicate' } }));
    expect(await adjust(host, '2025-10-01', { unitChange: 2 })).toBe(DUPLICATE);
    expect(await adjust(host, '2025-10-02', { unitChange: 2 })).toBe('done');
    expect(rowsByDay(host, 20, '2025-10-01')['2025-10-01']?.[0]).toBe(4);
  });

  test('that makes the contract service is never a duplicate', async () => {
    const { call } = await openHost(worldWith({ contractServices: [], behaviour: { periodStart: 'duplicate' } }));
    const body = { contractID: 10, serviceID: 3, effectiveDate: '2025-10-01', unitChange: 1 };
    expect((await call('POST', 'ContractServiceAdjustments', body)).status).toBe(200);
    expect(errorOf(await call('POST', 'ContractServiceAdjustments', body))).toBe(DUPLICATE);
  });

  test('on a day that has one already is a duplicate', async () => {
    const host = await openHost();
    await adjust(host, '2025-10-01', { unitChange: 2 });
    expect(await adjust(host, '2025-10-01', { unitChange: 0, adjustedUnitPrice: 9 })).toBe(DUPLICATE);
    expect(await adjust(host, '2025-11-01', { unitChange: 1 })).toBe('done');
    expect(host.state().adjustments).toHaveLength(2);
  });

  test('on a day that has one is carried out, if switched', async () => {
    const host = await openHost(worldWith({ behaviour: { secondAdjustment: 'merge' } }));
    expect(await adjust(host, '2025-10-01', { unitChange: 2 })).toBe('done');
    expect(await adjust(host, '2025-10-01', { unitChange: 1 })).toBe('done');
    expect(rowsByDay(host, 20, '2025-10-01')['2025-10-01']?.[0]).toBe(7);
  });

  // In the words of the database.
  test('on a day that has one is a duplicate, if switched', async () => {
    const host = await openHost(worldWith({ behaviour: { sqlTexts: true } }));
    expect(await adjust(host, '2025-10-01', { unitChange: 2 })).toBe('done');
    expect(await adjust(host, '2025-10-01', { unitChange: 1 })).toMatch(/^Violation of UNIQUE KEY constraint/);
  });

  test('within a period splits its row by days and carries on', async () => {
    const host = await openHost(worldWith({ contracts: [contract('2025-01-01', '2025-11-30')] }));
    await adjust(host, '2025-10-11', { unitChange: 2 });
    expect(rowsByDay(host, 20, '2025-10')).toEqual({
      '2025-10-01': [4, 6.4516, 2.5806],
      '2025-10-11': [6, 20.3226, 8.129],
      '2025-11-01': [6, 30, 12],
    });
    const [first, second] = host.state().unitRows.filter((row) => row.startDate?.startsWith('2025-10'));
    expect([first?.endDate, second?.endDate]).toEqual(['2025-10-10T00:00:00Z', '2025-10-31T00:00:00Z']);
  });

  test('of the price only leaves the units', async () => {
    const host = await openHost();
    await adjust(host, '2025-12-01', { unitChange: 0, adjustedUnitPrice: 5.25 });
    expect(rowsByDay(host, 20, '2025-11')).toEqual({ '2025-11-01': [4, 20, 8], '2025-12-01': [4, 21, 8] });
  });

  test('of the units only leaves the price, also over no units', async () => {
    const host = await openHost();
    await adjust(host, '2025-10-01', { unitChange: -4, adjustedUnitPrice: 7 });
    expect(rowsByDay(host, 20, '2025-12')).toEqual({ '2025-12-01': [0, 0, 0] });
    expect(host.state().unitRows.at(-1)).toMatchObject({ unitPrice: 7, unitCost: 2 });
    await adjust(host, '2025-12-01', { unitChange: 3 });
    expect(rowsByDay(host, 20, '2025-12')).toEqual({ '2025-12-01': [3, 21, 6] });
  });

  test('may set a negative price', async () => {
    const host = await openHost();
    await adjust(host, '2025-12-01', { adjustedUnitPrice: -5 });
    expect(rowsByDay(host, 20, '2025-12')).toEqual({ '2025-12-01': [4, -20, 8] });
  });

  test('may not take more units than there are, on any later row', async () => {
    const host = await openHost();
    await adjust(host, '2025-12-01', { unitChange: -3 });
    const before = host.state();
    expect(await adjust(host, '2025-10-01', { unitChange: -2 })).toMatch(/negative \(period of 2025-12-01\)/);
    expect(host.state()).toEqual(before);
  });

  const days: [day: string, answer: string][] = [
    ['2024-12-31', OUTSIDE],
    ['2025-01-01', 'done'],
    ['2025-12-31', 'done'],
    ['2026-01-01', OUTSIDE],
  ];
  test.each(days)('on %s of a contract for 2025', async (day, answer) => {
    expect(await adjust(await openHost(), day, { unitChange: 1 })).toBe(answer);
  });

  test('for a service the contract lacks makes it, with rows', async () => {
    const host = await openHost(worldWith({ contractServices: [] }));
    const reply = await host.call('POST', 'Contracts/10/ServiceAdjustments', {
      serviceID: 3,
      effectiveDate: '2025-11-01',
      unitChange: 2,
    });
    expect(reply.body).toEqual({ itemId: null });
    expect(host.state().contractServices).toMatchObject([{ id: 1, contractID: 10, serviceID: 3, unitPrice: 5 }]);
    expect(rowsByDay(host, 1)).toEqual({ '2025-11-01': [2, 10, 4], '2025-12-01': [2, 10, 4] });
  });

  test('before the first row fills the gap', async () => {
    const host = await openHost(worldWith({ contractServices: [] }));
    await host.call('POST', 'Contracts/10/ServiceAdjustments', { serviceID: 3, effectiveDate: '2025-12-01', unitChange: 2 });
    await host.call('POST', 'Contracts/10/ServiceAdjustments', { serviceID: 3, effectiveDate: '2025-10-01', unitChange: 1 });
    expect(rowsByDay(host, 1)).toEqual({ '2025-10-01': [1, 5, 2], '2025-11-01': [1, 5, 2], '2025-12-01': [3, 15, 6] });
  });

  test('with allowRepeatService puts the service on the contract once more', async () => {
    const host = await openHost();
    const body = { contractID: 10, serviceID: 3, effectiveDate: '2025-12-01', unitChange: 1 };
    await host.call('POST', 'ContractServiceAdjustments', { ...body, allowRepeatService: true });
    expect(rowsByDay(host, 21)).toEqual({ '2025-12-01': [1, 5, 2] });
    await host.call('POST', 'ContractServiceAdjustments', body);
    expect(rowsByDay(host, 20, '2025-12')).toEqual({ '2025-12-01': [5, 25, 10] });
  });

  const refused: [title: string, body: Json, said: RegExp][] = [
    ['without a day', { contractServiceID: 20, unitChange: 1 }, /required field effectiveDate/],
    [
      'of nothing',
      { effectiveDate: '2025-10-01', unitChange: 1 },
      /required field contractServiceID, or contractID and serviceID/,
    ],
    [
      'of a contract alone',
      { contractID: 10, effectiveDate: '2025-10-01', unitChange: 1 },
      /required field contractServiceID, or/,
    ],
    [
      'of half a licence',
      { contractServiceID: 20, effectiveDate: '2025-10-01', unitChange: 0.5 },
      /unitChange is not of type integer/,
    ],
    [
      'with a misspelt field',
      { contractServiceID: 20, effectiveDate: '2025-10-01', quantityChange: 1 },
      /^Unable to find quantityChange/,
    ],
    [
      'of what is not there',
      { contractServiceID: 99, effectiveDate: '2025-10-01', unitChange: 1 },
      /^Reference value on field: contractServiceID/,
    ],
    [
      'whose parts do not belong together',
      { contractServiceID: 20, contractID: 11, effectiveDate: '2025-10-01' },
      /Reference value on field: contractID/,
    ],
  ];
  test.each(refused)('%s is refused', async (_title, body, said) => {
    const { call } = await openHost();
    expect(errorOf(await call('POST', 'ContractServiceAdjustments', body))).toMatch(said);
  });

  test('that takes units of a missing service leaves nothing behind', async () => {
    const host = await openHost(worldWith({ contractServices: [] }));
    const body = { contractID: 10, serviceID: 3, effectiveDate: '2025-10-01', unitChange: -1 };
    expect(errorOf(await host.call('POST', 'ContractServiceAdjustments', body))).toMatch(/cannot become negative/);
    expect(host.state().contractServices).toEqual([]);
  });

  test('is noted in the log with the row before and after', async () => {
    const host = await openHost();
    await adjust(host, '2025-10-01', { unitChange: 2, adjustedUnitPrice: 6.5 });
    expect(host.state().adjustments).toEqual([
      {
        id: 1,
        at: '2025-10-17T03:00:00.000Z',
        contractID: 10,
        serviceID: 3,
        contractServiceID: 20,
        effectiveDate: '2025-10-01T00:00:00Z',
        unitChange: 2,
        adjustedUnitPrice: 6.5,
        adjustedUnitCost: null,
        before: { units: 4, price: 20, cost: 8 },
        after: { units: 6, price: 39, cost: 12 },
      },
    ]);
  });

  test.each([
    [4, 516.0048],
    [2, 516],
    [0, 528],
  ])('with %i decimals of unit prices, 24 x 21.5002 is %f', async (unitPriceDecimals, price) => {
    const host = await openHost(worldWith({ behaviour: { unitPriceDecimals } }));
    await adjust(host, '2025-12-01', { unitChange: 20, adjustedUnitPrice: 21.5002 });
    expect(rowsByDay(host, 20, '2025-12')['2025-12-01']?.[1]).toBe(price);
  });

  test('leaves list prices alone', async () => {
    const host = await openHost();
    await adjust(host, '2025-10-01', { unitChange: 0, adjustedUnitPrice: 9 });
    expect(host.state().contractServices[0]).toMatchObject({ unitPrice: 5, internalCurrencyAdjustedPrice: 9 });
    expect(host.state().services[0]).toMatchObject({ unitPrice: 5 });
  });
});

describe('a later end date', () => {
  const ends: [extend: string, november: [number, number, number]][] = [
    ['carry', [6, 39, 12]],
    ['empty', [0, 0, 0]],
  ];
  test.each(ends)('adds rows with the last units and price, or none (%s)', async (behaviour, added) => {
    const host = await openHost(
      worldWith({ contracts: [contract('2025-01-01', '2025-10-31')], behaviour: { extend: behaviour } }),
    );
    await adjust(host, '2025-10-01', { unitChange: 2, adjustedUnitPrice: 6.5 });
    expect((await extend(host, '2025-12-31')).status).toBe(200);
    expect(rowsByDay(host, 20, '2025-10')).toEqual({ '2025-10-01': [6, 39, 12], '2025-11-01': added, '2025-12-01': added });
    expect(host.state().unitRows.at(-1)).toMatchObject({ unitPrice: 6.5, unitCost: 2 });
  });

  test('completes the period that the old one had cut', async () => {
    const host = await openHost(worldWith({ contracts: [contract('2025-01-01', '2025-02-14')] }));
    await extend(host, '2025-03-31');
    expect(rowsByDay(host, 20, '2025-02')).toEqual({ '2025-02-01': [4, 20, 8], '2025-03-01': [4, 20, 8] });
  });

  test('leaves a posted cut row, and adds the period’s rest', async () => {
    const host = await openHost(worldWith({ contracts: [contract('2025-01-01', '2025-02-14')] }));
    await host.control('POST', 'autotask/freeze', { through: '2025-02-28' });
    await extend(host, '2025-02-28');
    expect(rowsByDay(host, 20, '2025-02')).toEqual({ '2025-02-01': [4, 10, 4], '2025-02-15': [4, 10, 4] });
  });

  test('adds no rows for a service that never had any', async () => {
    const host = await openHost(worldWith({ contractServices: [] }));
    await host.create('Contracts/10/Services', { serviceID: 3 });
    await extend(host, '2026-12-31');
    expect(host.state().unitRows).toEqual([]);
  });
});

describe('an earlier end date', () => {
  test('deletes the rows after it and cuts the one it falls in', async () => {
    const host = await openHost();
    expect((await extend(host, '2025-11-15')).status).toBe(200);
    expect(rowsByDay(host, 20, '2025-10')).toEqual({ '2025-10-01': [4, 20, 8], '2025-11-01': [4, 10, 4] });
  });

  test('frees the days of the adjustments it deletes', async () => {
    const host = await openHost();
    await adjust(host, '2025-12-01', { unitChange: 2 });
    await extend(host, '2025-11-30');
    await extend(host, '2025-12-31');
    expect(rowsByDay(host, 20, '2025-12')).toEqual({ '2025-12-01': [4, 20, 8] });
    expect(await adjust(host, '2025-12-01', { unitChange: 2 })).toBe('done');
  });

  test('is refused where it would touch a posted row', async () => {
    const host = await openHost();
    await host.control('POST', 'autotask/freeze', { through: '2025-10-31' });
    expect(errorOf(await extend(host, '2025-10-15'))).toBe(
      'Unable to make changes as it would result in the deletion/modification of an already approved and posted contract period',
    );
    expect((await extend(host, '2025-10-31')).status).toBe(200);
  });
});

test('a list price changed later leaves the contracts alone', async () => {
  const host = await openHost();
  await host.call('PATCH', 'Services', { id: 3, unitPrice: 99 });
  await extend(host, '2026-01-31');
  expect(rowsByDay(host, 20, '2025-12')).toEqual({ '2025-12-01': [4, 20, 8], '2026-01-01': [4, 20, 8] });
});

test('a contract set inactive still has its rows', async () => {
  const host = await openHost();
  await host.call('PATCH', 'Contracts', { id: 10, status: 0 });
  expect(Object.keys(rowsByDay(host))).toHaveLength(12);
});
