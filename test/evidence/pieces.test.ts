import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { seal, sealed, unseal } from '../../shared/encryption/seal.js';
import { jsonPieces } from '../../shared/evidence/pieces.js';

/** Values as texts in pieces: the same text as in one, whatever its size, and every name as it is written. */

const list = (length: number): object[] => Array.from({ length }, (_, at) => ({ at, name: `Größe ${at}` }));
const textOf = (value: unknown): string => [...jsonPieces(value)].join('');

describe('the pieces of a value', () => {
  test.each<[what: string, value: unknown, count: number]>([
    ['a text', 'Contoso', 1],
    ['nothing', null, 1],
    ['an empty record', {}, 1],
    ['a list that is short', list(200), 1],
    ['a list that is long', list(401), 4],
    ['a record with a long list', { name: 'x', left: undefined, items: list(201), more: { none: [] } }, 9],
    ['a long list two records down', { plan: { digest: 'd', items: list(201) }, books: { rows: [] } }, 11],
    ['a list of long lists', [list(300)], 1],
  ])('of %s are its JSON', (_what, value, count) => {
    const pieces = [...jsonPieces(value)];
    expect(pieces.join('')).toBe(JSON.stringify(value));
    expect(pieces).toHaveLength(count);
  });

  test('are what any value was', () => {
    const any = fc.jsonValue({ maxDepth: 2 });
    const long = fc
      .tuple(fc.array(any, { minLength: 1, maxLength: 4 }), fc.integer({ min: 190, max: 420 }))
      .map(([some, length]) => Array.from({ length }, (_, at) => some[at % some.length]));
    fc.assert(
      fc.property(fc.record({ any, long, deep: fc.record({ long }) }), (value) => {
        expect(JSON.parse(textOf(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
  });

  // One arrow made every letter of a plan take two bytes.
  test('have symbols as their codes, and names as they are', () => {
    const value = { name: 'Łódź Größe Ωμέγα 株式会社 😀', text: '21.6 → 21.60 – “all”' };
    expect(textOf(value)).toBe(
      String.raw`{"name":"Łódź Größe Ωμέγα 株式会社 😀","text":"21.6 \u2192 21.60 \u2013 \u201call\u201d"}`,
    );
    expect(JSON.parse(textOf(value))).toEqual(value);
  });
});

test.each<[what: string, pieces: string[]]>([
  ['nothing', ['']],
  ['one piece', ['abc']],
  ['short pieces', ['a', 'bc', '']],
  ['long letters', ['ä', '→', '😀', 'x'.repeat(1000)]],
])('a text of %s is encrypted as in one', (_what, pieces) => {
  const key = randomBytes(32);
  const [whole, text] = [seal(key, 'label', pieces.join('')), pieces.join('')];
  expect([...sealed(key, 'label', pieces)].join('')).toBe(whole);
  expect(unseal(key, 'label', whole)).toBe(text);
});
