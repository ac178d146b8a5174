import type { Decimal } from '../types.js';

/**
 * The limits of the circuit breakers (rules 1.4 and 9), each with its setting. A new limit is a row here, its sentence in `.env.example`, its name in
 * `docker-compose.yml`, and the comparison in `breakers.ts`.
 */
interface Limit {
  setting: `BREAKER_${string}`;
  /** For the message about an invalid value. */
  expected: string;
  /** Whole numbers; amounts are decimals. 0 turns the breaker off. */
  default: number | Decimal;
  most?: number;
}

export const BREAKER_LIMITS = {
  monthDropPercent: { setting: 'BREAKER_MONTH_DROP_PERCENT', expected: 'a percentage', default: 50, most: 100 },
  organizationPercent: { setting: 'BREAKER_ORGANIZATION_PERCENT', expected: 'a percentage', default: 100 },
  /** What an organization or an item must have moved by at least; it holds nothing alone. */
  organizationAmount: { setting: 'BREAKER_ORGANIZATION_AMOUNT', expected: 'an amount', default: '500' },
  itemFactor: { setting: 'BREAKER_ITEM_FACTOR', expected: 'a factor', default: 10 },
  newContracts: { setting: 'BREAKER_NEW_CONTRACTS', expected: 'a number of contracts', default: 50 },
  /** Of what nothing compares with, in euro (rules 9.1 and 9.2). */
  itemAmount: { setting: 'BREAKER_ITEM_AMOUNT', expected: 'an amount', default: '25000' },
  newOrganizationAmount: { setting: 'BREAKER_NEW_ORGANIZATION_AMOUNT', expected: 'an amount', default: '100000' },
  /** How many times the list price a price may be (rule 9.4). */
  priceFactor: { setting: 'BREAKER_PRICE_FACTOR', expected: 'a factor', default: 5 },
  /** By how many points an item's margin may move (rule 9.5). Off unless somebody asks for it: the report shows it anyway. */
  marginPoints: { setting: 'BREAKER_MARGIN_POINTS', expected: 'a number of points', default: 0, most: 1000 },
} as const satisfies Record<string, Limit>;

type Limits = typeof BREAKER_LIMITS;
export type BreakerName = keyof Limits;
export type BreakerSetting = Limits[BreakerName]['setting'];
export type Breakers = { [Name in BreakerName]: Limits[Name]['default'] extends number ? number : Decimal };

export type BreakerLimit = Limit & { setting: BreakerSetting };

/** Every breaker with what `of` makes of its row. */
export const breakersBy = (of: (limit: BreakerLimit) => number | Decimal): Breakers =>
  Object.fromEntries(Object.entries<BreakerLimit>(BREAKER_LIMITS).map(([name, limit]) => [name, of(limit)])) as Breakers;

/** All of them off (`BREAKERS=off`): rehearsals, tests, and the read-back of what was written. */
export const BREAKERS_OFF: Breakers = breakersBy((limit) => (typeof limit.default === 'number' ? 0 : '0'));
export const DEFAULT_BREAKERS: Breakers = breakersBy((limit) => limit.default);

/** What a broker should know about breakers by settings that are set: that none holds anything, and the limit whose meaning has changed. */
export function aboutBreakers({ BREAKERS, BREAKER_MONTH_DROP_PERCENT: percent }: Partial<Record<string, string>>): string[] {
  if (BREAKERS?.trim() === 'off') return ['BREAKERS=off: no circuit breaker holds anything, whatever their own settings say.'];
  const drop = Number(percent);
  // Blank is 0, and what is not set is not a number.
  if (!Number.isInteger(drop) || drop === 50 || drop === 0) return [];
  return [
    `BREAKER_MONTH_DROP_PERCENT=${drop} holds a month whose sales drop by more than ${drop} %, below ${100 - drop} % of last month's. Earlier versions held one below ${drop} %: for the same limit as before, set ${100 - drop}.`,
  ];
}
