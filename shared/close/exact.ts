/**
 * Amounts of the close, apart from the planner's: whole numbers of 10⁻⁴⁰ in `bigint`, so that one mistake cannot hide in both. They hold every digit of what a
 * vendor adds up in binary, such as 40.800000000000004. Nothing is ever rounded here but by `toMinor` and `asPosted`, half away from zero.
 */
export type Exact = bigint;

const SCALE = 40;
const ONE = 10n ** BigInt(SCALE);

/** The exact value of a plain decimal, "-48.30". Throws a RangeError for anything else, and for more digits than it can hold. */
export function exact(text: string): Exact {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  const fraction = match?.[3] ?? '';
  if (!match || fraction.length > SCALE) throw new RangeError(`"${text}" is not an amount of at most ${SCALE} decimals`);
  const value = BigInt(match[2]!) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
  return match[1] === '-' ? -value : value;
}

/** The product of two exact values. Throws a RangeError where digits would be lost. */
export function times(left: Exact, right: Exact): Exact {
  const product = left * right;
  if (product % ONE !== 0n) throw new RangeError('A product has more digits than can be kept.');
  return product / ONE;
}

/** The product, with the digits that can be kept, half away from zero. */
export const product = (left: Exact, right: Exact): Exact => roundedTo(left * right, ONE) / ONE;

/** The quotient, also to the digits that can be kept. */
export const quotient = (left: Exact, right: Exact): Exact => (left * ONE) / right;

const WITHOUT_MINOR = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const WITH_THREE = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));
const WITH_FOUR = new Set('CLF UYW'.split(' '));

/** Decimals of the currency by ISO 4217. */
export function decimalsOf(currency: string): number {
  const code = currency.toUpperCase();
  return WITHOUT_MINOR.has(code) ? 0 : WITH_THREE.has(code) ? 3 : WITH_FOUR.has(code) ? 4 : 2;
}

/** Decimals that Autotask keeps of each row and charge that a person posts, whatever its currency. */
const POSTED = 2;

/** The least amount of the currency that can be billed: one minor unit, or a hundredth where those are smaller. */
export const minorOf = (currency: string): Exact => 10n ** BigInt(SCALE - Math.min(decimalsOf(currency), POSTED));

/** Rounded to the least amount that can be billed, half away from zero. */
export const toMinor = (value: Exact, currency: string): Exact => roundedTo(value, minorOf(currency));

/** What posting bills of one row or charge. */
export const asPosted = (value: Exact): Exact => roundedTo(value, 10n ** BigInt(SCALE - POSTED));

function roundedTo(value: Exact, minor: Exact): Exact {
  const size = value < 0n ? -value : value;
  const rounded = ((size + minor / 2n) / minor) * minor;
  return value < 0n ? -rounded : rounded;
}

/** Text with the currency's decimals, or all digits where the value has more. */
export function textOf(value: Exact, currency: string): string {
  const size = value < 0n ? -value : value;
  const whole = size / ONE;
  const fraction = String(size % ONE).padStart(SCALE, '0');
  const least = decimalsOf(currency);
  const last = fraction.split('').findLastIndex((digit, index) => index < least || digit !== '0');
  const shown = fraction.slice(0, last + 1);
  return `${value < 0n ? '-' : ''}${whole}${shown === '' ? '' : `.${shown}`}`;
}

/** The text with its whole part in groups of three digits, for sentences: "1,499,964.55". */
export function inWords(decimal: string): string {
  const sign = decimal.startsWith('-') ? '-' : '';
  const [whole = '0', ...decimals] = decimal.slice(sign.length).split('.');
  return `${sign}${[BigInt(whole).toLocaleString('en-US'), ...decimals].join('.')}`;
}

/** An amount in a sentence: "1,390.61 EUR". */
export const amountInWords = (value: Exact, currency: string): string => `${inWords(textOf(value, currency))} ${currency}`;

/** Whether the decimal text is zero. */
export const isNothing = (text: string): boolean => exact(text) === 0n;

/** Of two amounts as text the larger comes first, whatever its sign. */
export function largestFirst(left: string, right: string): number {
  const [one, other] = [left, right].map((text) => exact(text.replace('-', ''))) as [Exact, Exact];
  return Number(other > one) - Number(other < one);
}
