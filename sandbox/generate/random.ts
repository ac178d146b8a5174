import { createHash } from 'node:crypto';

/** Chance that a seed decides: the same seed gives the same world, byte for byte. */
export class Random {
  private state: number;

  /** One stream per seed and organization, so that an organization does not depend on the ones before it. */
  constructor(
    private readonly seed: number,
    private readonly index: number,
  ) {
    this.state = mixed(mixed(seed) ^ Math.imul(index + 1, 0x9e3779b1));
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.int(0, list.length - 1)];
    if (picked === undefined) throw new Error('Internal: nothing to pick from');
    return picked;
  }

  /** One of the values, each as often as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(choices)[1];
  }

  private ids = 0;

  /** An id in the form of a GUID. Not drawn from the stream: streams of 32 bits meet, and ids must not. */
  guid(): string {
    this.ids += 1;
    const hex = createHash('sha1').update(`${this.seed}/${this.index}/${this.ids}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}

/** The finalizer of MurmurHash3: neighbouring seeds give unrelated streams. */
function mixed(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
