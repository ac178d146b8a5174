/** The checker's own arithmetic: whole numbers of ten-thousand-millionths, nothing of the product's. */

const DIGITS = 10;
const ONE = 10n ** BigInt(DIGITS);
const CENT = ONE / 100n;

/** A decimal as text or number, exactly as its digits say. */
export function exact(value: string | number | null): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(typeof value === 'number' ? plain(value) : (value ?? '0'));
  if (!match) throw new Error(`"${String(value)}" is not an amount`);
  const [, sign, whole = '0', fraction = ''] = match;
  const size = BigInt(whole + fraction.padEnd(DIGITS, '0').slice(0, DIGITS));
  return sign === '-' ? -size : size;
}

/** No exponent, no binary noise beyond the eighth digit. */
const plain = (value: number): string => value.toFixed(8);

/** Whole cents, half away from zero. */
export function cents(value: bigint): bigint {
  const size = value < 0n ? -value : value;
  const rounded = (size + CENT / 2n) / CENT;
  return value < 0n ? -rounded : rounded;
}

/** Cents for a message: "-48.30". */
export function shown(amount: bigint): string {
  const size = (amount < 0n ? -amount : amount).toString().padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${size.slice(0, -2)}.${size.slice(-2)}`;
}
