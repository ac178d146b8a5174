import type { Decimal } from '../../shared/billing/types.js';

/** An amount as people read it, in groups of three digits: "-1,499,964.55". Works on the text, so that no digit is lost. */
export const grouped = (amount: Decimal): string => {
  const [, sign = '', whole = '', rest = ''] = /^([-+]?)(\d+)(\D.*)?$/.exec(amount) ?? [];
  return `${sign}${inGroups(whole)}${rest}`;
};

const GROUP = 3;

function inGroups(digits: string): string {
  const first = digits.length % GROUP || GROUP;
  const groups = [digits.slice(0, first)];
  for (let from = first; from < digits.length; from += GROUP) groups.push(digits.slice(from, from + GROUP));
  return groups.join(',');
}
