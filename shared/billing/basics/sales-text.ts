import { moneyText, sum } from './decimal.js';
import { groupBy } from './text.js';
import type { Decimal } from '../types.js';

/** Sales by currency, as people read them: "516.00 EUR + 20.00 USD"; empty where there is nothing. */
export const salesText = (amounts: Iterable<{ currency: string; sales: Decimal }>): string =>
  [...groupBy([...amounts], ({ currency }) => currency.toUpperCase())]
    .map(([currency, group]) => moneyText(sum(group.map(({ sales }) => sales)), currency))
    .join(' + ');
