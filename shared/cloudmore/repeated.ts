import { createHash } from 'node:crypto';
import { isZero, big } from '../billing/basics/decimal.js';
import type { Day, Line } from '../billing/types.js';

/** What the report says twice in the same words. Summed, the customer would pay twice for it: it is held until the report says it once. */

/** A customer's part of a block. */
export interface Part {
  /** Digest of all that it says. */
  content: string;
  lines: Line[];
}

export const contentOf = (raw: unknown): string =>
  createHash('sha1')
    .update(JSON.stringify(raw) ?? '')
    .digest('base64');

/** Customers' parts of all blocks. */
export class Repeated {
  private readonly seen = new Set<string>();

  /** Holds what a customer's part says that was there before on the same day. */
  hold(date: Day, parts: Part[]): void {
    for (const { content, lines } of parts) {
      const key = `${date} ${content}`;
      if (this.seen.has(key))
        for (const line of lines)
          line.trouble ??= { message: repeatedText(`all of ${line.organizationName}, ${date}`), holds: 'item' };
      this.seen.add(key);
    }
  }
}

/** A cycle is charged once; seats that are added or given back may be the same number twice on a day, and usage may be the same twice. */
const OF_CYCLE = /^cycle/i;

/** Lines of one subscription. */
export class Cycles {
  /** By what they are charged, in which nearly all differ: only those that are charged alike are compared word for word. */
  private readonly seen = new Map<string, { first: unknown; contents: Set<string> | null }>();

  isRepeated({ chargeType, sales, cost }: Line, raw: unknown): boolean {
    if (!OF_CYCLE.test(chargeType ?? '') || isZero(big(sales))) return false;
    const charged = [sales, cost].join(' ');
    const alike = this.seen.get(charged);
    if (alike === undefined) {
      this.seen.set(charged, { first: raw, contents: null });
      return false;
    }
    alike.contents ??= new Set([JSON.stringify(alike.first)]);
    const content = JSON.stringify(raw);
    const isKnown = alike.contents.has(content);
    alike.contents.add(content);
    return isKnown;
  }
}

export const repeatedText = (what: string): string =>
  `Cloudmore, the monthly billing report, ${what}: this line is there twice, word for word, and would be charged twice. It is billed when the report has it once.`;
