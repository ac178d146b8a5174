import { describe, expect, test } from '@jest/globals';
import { CHARGE, errorOf, openHost, SERVICE, without, worldWith } from './autotask-host.js';

describe('charges', () => {
  test('one takes code and price from its product, and its amounts follow', async () => {
    const products = [{ id: 30, chargeBillingCodeID: 2, unitPrice: 3, unitCost: 2 }];
    const { create, state } = await openHost(worldWith({ products }));
    await create('Contracts/10/Charges', { ...without(CHARGE, 'unitPrice'), unitQuantity: 2.5 });
    expect(state().charges[0]).toMatchObject({
      contractID: 10,
      billingCodeID: 2,
      unitPrice: 3,
      unitCost: 2,
      billableAmount: 7.5,
      extendedCost: 5,
      isBilled: false,
      isBillableToCompany: false,
      datePurchased: '2025-10-01T00:00:00Z',
      status: 1,
    });
  });

  test('one of a product that needs no procurement is delivered at once', async () => {
    const { create, state } = await openHost();
    await create('Contracts/10/Charges', CHARGE);
    expect(state().charges[0]?.status).toBe(6);
  });

  test.each([
    [4, 0.1235, 0.247],
    [2, 0.12, 0.24],
  ])('with %i decimals of unit prices, 0.12345 is kept as %f', async (unitPriceDecimals, unitPrice, billableAmount) => {
    const { create, state } = await openHost(worldWith({ behaviour: { unitPriceDecimals } }));
    await create('Contracts/10/Charges', { ...CHARGE, unitQuantity: 2, unitPrice: 0.12345 });
    expect(state().charges[0]).toMatchObject({ unitPrice, billableAmount });
  });

  test('amounts may be negative, and PATCH recalculates them', async () => {
    const { call, create, state } = await openHost();
    const id = await create('Contracts/10/Charges', { ...CHARGE, unitPrice: -48.3, unitCost: -42.26 });
    expect(state().charges[0]).toMatchObject({ billableAmount: -48.3, extendedCost: -42.26 });
    await call('PATCH', 'Contracts/10/Charges', { id, unitPrice: -10, unitQuantity: 2 });
    expect(state().charges[0]).toMatchObject({ billableAmount: -20 });
  });

  test('one is deleted below its contract, once', async () => {
    const { call, create, state } = await openHost();
    const id = await create('Contracts/10/Charges', CHARGE);
    expect(errorOf(await call('DELETE', `Contracts/11/Charges/${id}`))).toMatch(/No matching records found/);
    expect((await call('DELETE', `Contracts/10/Charges/${id}`)).body).toEqual({ itemId: id });
    expect(errorOf(await call('DELETE', `Contracts/10/Charges/${id}`))).toMatch(/No matching records found/);
    expect(state().charges).toEqual([]);
  });

  test('an id is never used twice', async () => {
    const { call, create } = await openHost();
    const id = await create('Contracts/10/Charges', CHARGE);
    await call('DELETE', `Contracts/10/Charges/${id}`);
    expect(await create('Contracts/10/Charges', CHARGE)).toBe(id + 1);
  });
});

describe('what queries see', () => {
  /** Longer than a busy machine takes for two queries. */
  const SHOWS_AFTER_MS = 1_500;

  test('a write is seen at once', async () => {
    const host = await openHost();
    await host.create('Services', SERVICE);
    expect(await host.find('Services', [{ op: 'eq', field: 'name', value: 'Business Basic' }])).toHaveLength(1);
  });

  test('a write stays invisible to queries a moment, if switched', async () => {
    const host = await openHost(worldWith({ behaviour: { visibleAfterMs: SHOWS_AFTER_MS } }));
    const named = (value: string) => host.find('Services', [{ op: 'eq', field: 'name', value }]);
    const id = await host.create('Services', SERVICE);
    await host.call('PATCH', 'Services', { id: 3, name: 'Renamed' });
    expect(await named('Business Basic')).toEqual([]);
    expect(await named('Business Premium')).toHaveLength(1);
    expect((await host.call('GET', `Services/${id}`)).body['item']).toMatchObject({ name: 'Business Basic' });
    await new Promise((resolve) => setTimeout(resolve, SHOWS_AFTER_MS + 50));
    expect(await named('Business Basic')).toHaveLength(1);
    expect(await named('Renamed')).toHaveLength(1);
  });
});
