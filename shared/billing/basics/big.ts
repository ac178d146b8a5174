import { Big as Digits } from 'big.js';

export type Amount = string | number | Big;

/** The most decimals that a quotient may be asked for, and how many it has where nobody says. */
export const MOST_DECIMALS = 40;
const USUAL_DECIMALS = 20;

/** The library keeps how it divides in the constructor, and making one takes ten times as long as a division: there is one for each number of decimals. */
const QUOTIENTS = Array.from({ length: MOST_DECIMALS + 1 }, (_, scale) => {
  const Quotient = Digits();
  Quotient.DP = scale;
  Quotient.RM = Digits.roundHalfUp;
  return Quotient;
});

/** Every power of ten that a number holds exactly; beyond them nothing is computed here. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const power = (exponent: number): number => POWERS[exponent] ?? NaN;

/** Characters, without the sign, that may be read as a number that is counted exactly. */
const MOST_CHARACTERS = 16;
const [MINUS, POINT, NOUGHT, NINE] = [45, 46, 48, 57] as const;
const isDigit = (code: number): boolean => code >= NOUGHT && code <= NINE;

/**
 * An exact decimal: `units` over ten to the power of `scale` where JavaScript counts both exactly, which it does of nearly every amount; else the digits of
 * big.js, which alone took a quarter of planning. What does not fit, or is not written in plain digits, is read and computed by that library: both come to the
 * same (`test/property/big.property.test.ts`). Everything is rounded half away from zero.
 */
export class Big {
  /** `units` is NaN where there are `digits`, and so is all that is computed from it. */
  private constructor(
    private readonly units: number,
    private readonly scale: number,
    private readonly digits: Digits | null,
  ) {}

  /** Reads an amount; throws where it is none. */
  static of(value: Amount): Big {
    if (value instanceof Big) return value;
    const written = typeof value === 'string' ? value : String(value);
    return Big.plainly(written) ?? Big.byLibrary(new Digits(written), written);
  }

  plus(other: Amount): Big {
    const right = Big.of(other);
    const scale = Math.max(this.scale, right.scale);
    return Big.exactly(this.at(scale) + right.at(scale), scale) ?? Big.byLibrary(this.long().plus(right.long()));
  }

  minus(other: Amount): Big {
    const right = Big.of(other);
    const scale = Math.max(this.scale, right.scale);
    return Big.exactly(this.at(scale) - right.at(scale), scale) ?? Big.byLibrary(this.long().minus(right.long()));
  }

  times(other: Amount): Big {
    const right = Big.of(other);
    return Big.exactly(this.units * right.units, this.scale + right.scale) ?? Big.byLibrary(this.long().times(right.long()));
  }

  /** The quotient, rounded once, from the exact value. */
  div(other: Amount, scale = USUAL_DECIMALS): Big {
    const right = Big.of(other);
    const shift = scale + right.scale - this.scale;
    const whole = quotient(this.units * power(Math.max(shift, 0)), right.units * power(Math.max(-shift, 0)));
    return Big.exactly(whole, scale) ?? Big.byLibrary(new QUOTIENTS[scale]!(this.long()).div(right.long()));
  }

  round(scale: number): Big {
    if (this.digits === null && scale >= this.scale) return this;
    const whole = quotient(this.units, power(this.scale - scale));
    return Big.exactly(whole, scale) ?? Big.byLibrary(this.long().round(scale, Digits.roundHalfUp));
  }

  abs(): Big {
    return this.lt(0) ? Big.of(0).minus(this) : this;
  }

  /** Less than the other: -1; more: 1; the same: 0. */
  cmp(other: Amount): number {
    const right = Big.of(other);
    const scale = Math.max(this.scale, right.scale);
    const difference = this.at(scale) - right.at(scale);
    return Number.isNaN(difference) ? this.long().cmp(right.long()) : Math.sign(difference);
  }

  eq(other: Amount): boolean {
    return this.cmp(other) === 0;
  }

  gt(other: Amount): boolean {
    return this.cmp(other) > 0;
  }

  gte(other: Amount): boolean {
    return this.cmp(other) >= 0;
  }

  lt(other: Amount): boolean {
    return this.cmp(other) < 0;
  }

  lte(other: Amount): boolean {
    return this.cmp(other) <= 0;
  }

  isZero(): boolean {
    return this.units === 0;
  }

  /** Text with exactly so many decimals, never "-0.00"; without a number, the shortest plain text. */
  toFixed(scale?: number): string {
    const { units, scale: decimals, digits } = scale === undefined ? this : this.round(scale);
    if (digits !== null) return digits.toFixed(scale);
    if (scale === undefined) return shortest(units, decimals);
    return plain(units, decimals) + (decimals === 0 && scale > 0 ? '.' : '') + '0'.repeat(scale - decimals);
  }

  toString(): string {
    return this.long().toString();
  }

  toNumber(): number {
    return this.digits === null ? this.units / power(this.scale) : this.digits.toNumber();
  }

  /** Digits with at most one point between them, and few enough; else null. */
  private static plainly(written: string): Big | null {
    const first = written.charCodeAt(0) === MINUS ? 1 : 0;
    const last = written.length - 1;
    if (last - first >= MOST_CHARACTERS || !isDigit(written.charCodeAt(first)) || !isDigit(written.charCodeAt(last))) return null;
    let units = 0;
    let point = last;
    for (let at = first; at <= last; at += 1) {
      const code = written.charCodeAt(at);
      if (isDigit(code)) units = units * 10 + (code - NOUGHT);
      else if (code === POINT && point === last) point = at;
      else return null;
    }
    return Big.exactly(first === 0 ? units : -units, last - point);
  }

  /** What is short when it is written plainly is counted as a number all the same. */
  private static byLibrary(digits: Digits, written: string | null = null): Big {
    const shortest = digits.toFixed();
    return (shortest === written ? null : Big.plainly(shortest)) ?? new Big(NaN, 0, digits);
  }

  private static exactly(units: number, scale: number): Big | null {
    // No minus zero.
    return Number.isSafeInteger(units) && scale < POWERS.length ? new Big(units + 0, scale, null) : null;
  }

  /** Units of a finer scale; NaN where they cannot be counted. */
  private at(scale: number): number {
    if (scale === this.scale) return this.units;
    const units = this.units * power(scale - this.scale);
    return Number.isSafeInteger(units) ? units : NaN;
  }

  private long(): Digits {
    return this.digits ?? new Digits(plain(this.units, this.scale));
  }
}

/** A whole number: the quotient of two, rounded; NaN where either cannot be counted. */
function quotient(units: number, divisor: number): number {
  if (!Number.isSafeInteger(units) || !Number.isSafeInteger(divisor) || divisor === 0) return NaN;
  const rest = units % divisor;
  const whole = (units - rest) / divisor;
  if (Math.abs(rest) * 2 < Math.abs(divisor)) return whole;
  return units < 0 === divisor < 0 ? whole + 1 : whole - 1;
}

function plain(units: number, scale: number): string {
  if (scale === 0) return String(units);
  const digits = String(Math.abs(units)).padStart(scale + 1, '0');
  return `${units < 0 ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function shortest(units: number, scale: number): string {
  let [fewer, decimals] = [units, scale];
  for (; decimals > 0 && fewer % 10 === 0; decimals -= 1) fewer /= 10;
  return plain(fewer, decimals);
}
