import type { Plan } from '../../../shared/billing/plan-types.js';

/** What the parts of a printed plan are written with. */

export const shown = (value: unknown): string => {
  if (value === null) return 'none';
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value);
  return Object.entries(value)
    .map(([field, one]) => `${field} ${shown(one)}`)
    .join(' ');
};

/** The first day of its month: rows begin there, and charges are dated. */
export const firstOf = ({ month }: Plan): string => `${month}-01`;

/** The members that are not as they would be: ", item code none, lines 2, frozen". */
export function unlike<Of extends object>(record: Of, ordinary: Partial<Record<keyof Of, unknown>>): string {
  const members = Object.entries(record).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(ordinary[field as keyof Of]),
  );
  return members.map(([field, value]) => `, ${member(inWords(field), value)}`).join('');
}

const inWords = (field: string): string => field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const member = (words: string, value: unknown): string =>
  typeof value === 'boolean' ? `${value ? '' : 'not '}${words}` : `${words} ${shown(value)}`;

/** "1,000.04", as the derivation writes it. */
export const grouped = (amount: string): string => amount.replace(/^(-?\d+?)(\d{3})(?=\.|$)/, '$1,$2');

/** Whether an amount is another, however many of its decimals are written. */
export const isAmount = (written: string, amount: string): boolean =>
  /^-?\d+(?:\.\d+)?$/.test(written) && Number(written) === Number(amount);
