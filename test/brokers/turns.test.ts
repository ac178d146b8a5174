import { describe, expect, test } from '@jest/globals';
import { Turns } from '../../worker/many/turns.js';
import { eventually } from '../eventually.js';

/** Brokers of one process start a few at once, so that they do not keep each other from it. */

const AN_HOUR_MS = 3_600_000;

/** Starts of brokers that end when they are told to. */
function starts(
  turns: Turns,
  names: string[],
): { begun: string[]; end: Map<string, (error?: Error) => void>; all: Promise<string>[] } {
  const begun: string[] = [];
  const end = new Map<string, (error?: Error) => void>();
  const all = names.map((name) =>
    turns.take(() => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => void end.set(name, (error) => (error ? reject(error) : resolve(name))));
    }),
  );
  return { begun, end, all };
}

describe('brokers that start', () => {
  test('take turns as they came, also after one that failed', async () => {
    const { begun, end, all } = starts(new Turns(2, AN_HOUR_MS), ['a', 'b', 'c', 'd']);
    expect(begun).toEqual(['a', 'b']);
    const failed = expect(all[1]).rejects.toThrow('refused');
    end.get('b')!(new Error('refused'));
    await failed;
    await eventually(
      () => Promise.resolve(begun),
      (seen) => seen.length === 3,
    );
    end.get('a')!();
    await eventually(
      () => Promise.resolve(begun),
      (seen) => seen.length === 4,
    );
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    for (const name of ['c', 'd']) end.get(name)!();
    expect(await Promise.all([all[0], all[2], all[3]])).toEqual(['a', 'c', 'd']);
  });

  test('do not wait for ever for one that hangs', async () => {
    const { begun, end, all } = starts(new Turns(1, 1), ['hangs', 'well']);
    await eventually(
      () => Promise.resolve(begun),
      (seen) => seen.includes('well'),
    );
    end.get('well')!();
    expect(await all[1]).toBe('well');
  });
});
