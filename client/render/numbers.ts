import type { Decimal } from '../../shared/billing/types.js';

/** An amount as people read it, in groups of three digits: "-1,499,964.55". Works on the text, so that no digit is lost. */
export const grouped = (amount: Decimal): string => {
  const [, sign = '', whole = '', rest = ''] = /^([-+]?)(\d+)(.*)$/.exec(amount) ?? [];
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`;
};
