import { big, type Big } from './decimal.js';
import type { Decimal } from '../types.js';

/**
 * Orders of magnitude that a euro is in other currencies: enough for a limit of thousands, and never out of date. A closed table; a currency that is not in
 * it counts like the euro, which holds rather too much than too little.
 */
const MAGNITUDES: [factor: number, currencies: string][] = [
  [10, 'BWP CNY CZK DKK EGP HKD HRK HNL MAD MDL MXN MOP MUR NAD NOK SEK SRD SZL THB TRY TWD UAH UYU ZAR ZMW'],
  [100, 'AFN ALL AMD BDT BTN DOP DZD ETB HUF INR ISK JMD JPY KES KGS LKR MKD MZN NPR PHP PKR RSD RUB'],
  [1000, 'AOA ARS CDF CLP COP CRC GNF IQD KHR KRW KZT MGA MMK MNT MWK NGN PYG RWF TZS UGX XAF XOF XPF YER'],
  [10_000, 'IDR IRR LAK LBP SYP UZS VND'],
];

const FACTORS = new Map(MAGNITUDES.flatMap(([factor, codes]) => codes.split(' ').map((code) => [code, factor] as const)));

/** A limit in euro as one in the currency. */
export const inCurrency = (euro: Decimal, currency: string): Big => big(euro).times(FACTORS.get(currency.toUpperCase()) ?? 1);
