import { describe, expect, test } from '@jest/globals';
import { takeFrom } from '../../shared/http/taking.js';

/** Large answers are read piece by piece as they come; how they are cut into chunks changes nothing. */

const REPORT = JSON.stringify({
  report: [
    { date: '1', organizations: [{ name: 'Contoso' }, { name: 'Zürich € 😀' }], currency: 'EUR' },
    { date: '2', organizations: [], currency: 'EUR' },
    { date: '3', organizations: [{ name: 'Fabrikam' }], currency: 'SEK' },
  ],
});

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield await Promise.resolve(bytes.subarray(start, start + size));
}

const LIMIT = 10_000;

describe('an answer that is taken piece by piece', () => {
  test.each([1, 3, 7, 1_000])('gives every element once, then the rest, in %d-byte chunks', async (size) => {
    const taken: unknown[] = [];
    const take = (element: unknown, holder: unknown): void => void taken.push([element, (holder as { date: string }).date]);
    const result = await takeFrom(chunksOf(REPORT, size), { paths: ['$.report.*.organizations.*'], take }, LIMIT);
    expect(taken).toEqual([
      [{ name: 'Contoso' }, '1'],
      [{ name: 'Zürich € 😀' }, '1'],
      [{ name: 'Fabrikam' }, '3'],
    ]);
    expect(result).toMatchObject({
      isJson: true,
      json: {
        report: [
          { date: '1', organizations: [], currency: 'EUR' },
          { date: '2', organizations: [], currency: 'EUR' },
          { date: '3', organizations: [], currency: 'SEK' },
        ],
      },
    });
  });

  test.each([
    ['cut off', REPORT.slice(0, -2), false],
    ['a page of a proxy', '<!doctype html><p>Busy</p>', false],
    ['longer than its limit', `[${'1,'.repeat(LIMIT)}1]`, false],
    ['empty', '', true],
    ['blank', ' \n', true],
    ['without such elements', '{"status":"Processing"}', true],
  ])('that is %s is distinguished from JSON', async (_, text, isJson) => {
    const result = await takeFrom(chunksOf(text, 64), { paths: ['$.report.*.organizations.*'], take: () => undefined }, LIMIT);
    expect(result.isJson).toBe(isJson);
  });

  test('fails with the consumer’s error, not the parser’s', async () => {
    const take = (): void => {
      throw new Error('no amount');
    };
    await expect(takeFrom(chunksOf(REPORT, 64), { paths: ['$.report.*'], take }, LIMIT)).rejects.toThrow('no amount');
  });
});
