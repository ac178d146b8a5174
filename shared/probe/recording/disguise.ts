import { createHmac } from 'node:crypto';
import { big, round } from '../../billing/basics/decimal.js';
import { isGuid } from '../../billing/basics/text.js';
import { VOCABULARY } from './vocabulary.js';

/** What makes a recording nobody's: the salt, which stays with the broker, and the factor of all amounts. */
export interface RecordingKey {
  /** Hex. */
  salt: string;
  /** A decimal between 0.2 and 5. */
  factor: string;
}

/** Most digits after the point that an amount keeps. */
const DECIMALS_MOST = 12;
/** JSON does not tell 30.00 from 30. */
const DECIMALS_LEAST = 2;
const MICROSOFT_CODE = /^(CFQ7TTC0|DG7GMGF0|DZH318Z0)[A-Z0-9]{4}(-[A-Z0-9]{1,12}){0,3}$/i;

/**
 * Replaces whatever could name somebody, and keeps its form: the same id or text becomes the same other one, in both vendors. Nothing of a text survives but its
 * punctuation, and in names of products the words of Microsoft's catalogue.
 */
export class Disguise {
  private readonly numbers = new Map<number, number>();
  private readonly taken = new Set<number>();

  constructor(private readonly key: RecordingKey) {}

  /** A GUID becomes a GUID, a number one of as many digits, and any other id a word of its shape. */
  id(value: string | number): string | number {
    if (typeof value === 'number') return this.number(value);
    const text = value.trim();
    if (isGuid(text)) return this.guid(text);
    return /^[1-9]\d{0,14}$/.test(text) ? String(this.number(Number(text))) : this.text(value);
  }

  /** Item codes of Microsoft's catalogue are everybody's, and stay. */
  code(value: string | number): string | number {
    return typeof value === 'string' && MICROSOFT_CODE.test(value.trim()) ? value : this.id(value);
  }

  text(value: string): string {
    return value.replace(WORD, (word) => this.word(word));
  }

  /** A product's name: words of the catalogue stay. */
  product(value: string): string {
    return value.replace(WORD, (word) => (VOCABULARY.has(word.toLowerCase()) ? word : this.word(word)));
  }

  /** With as many decimals as it came with; as text where it came as text. */
  amount(value: string | number): string | number {
    const decimals = Math.min((String(value).split('.')[1] ?? '').length, DECIMALS_MOST);
    const scaled = round(big(value).times(this.key.factor), Math.max(decimals, DECIMALS_LEAST));
    return typeof value === 'number' ? Number(scaled.toFixed()) : scaled.toFixed(Math.max(decimals, DECIMALS_LEAST));
  }

  private number(value: number): number {
    if (!Number.isSafeInteger(value) || value <= 0) return value;
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    const lowest = 10 ** (String(value).length - 1);
    const range = BigInt(lowest * 9);
    for (let again = 0; ; again += 1) {
      const other = lowest + Number(BigInt(`0x${this.hash(`number ${value} ${again}`).slice(0, 16)}`) % range);
      // Where all others of this length are taken it has no other to become.
      if (this.taken.has(other) && again < TRIES) continue;
      this.numbers.set(value, other);
      this.taken.add(other);
      return other;
    }
  }

  private guid(value: string): string {
    const hex = this.hash(`guid ${value.toLowerCase()}`);
    const guid = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
      '-',
    );
    return value === value.toUpperCase() ? guid.toUpperCase() : guid;
  }

  private word(word: string): string {
    const hash = this.hash(`word ${word.toLowerCase()}`);
    return [...word]
      .map((character, index) =>
        this.letter(character, Number.parseInt(hash.slice((index * 2) % 60, ((index * 2) % 60) + 2), 16)),
      )
      .join('');
  }

  private letter(character: string, chance: number): string {
    if (/\p{N}/u.test(character)) return String(chance % 10);
    const letter = String.fromCharCode(97 + (chance % 26));
    return character === character.toLowerCase() ? letter : letter.toUpperCase();
  }

  private hash(text: string): string {
    return createHmac('sha256', Buffer.from(this.key.salt, 'hex')).update(text).digest('hex');
  }
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const TRIES = 10_000;
