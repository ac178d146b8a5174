/** Amounts: computed exactly, rounded half away from zero, given as numbers because the wire has numbers. */
import Big from 'big.js';

export const round = (value: number, decimals: number): number => new Big(value).round(decimals, Big.roundHalfUp).toNumber();

/** Part of a period: `days` of `of`. */
export interface Share {
  days: number;
  of: number;
}

export const WHOLE: Share = { days: 1, of: 1 };

/** units x unit price x day share, rounded. The division comes last, so that whole periods stay exact. */
export function extend(units: number, unitPrice: number, share: Share = WHOLE, decimals = 4): number {
  return new Big(units).times(unitPrice).times(share.days).div(share.of).round(decimals, Big.roundHalfUp).toNumber();
}

/** The unit price that gives an extended price; exact enough to give it again. */
export function unitOf(extended: number, units: number, share: Share = WHOLE): number {
  return new Big(extended).times(share.of).div(share.days).div(units).toNumber();
}

export const sum = (values: number[]): number => values.reduce((total, value) => total.plus(value), new Big(0)).toNumber();
