import { describe, expect, test } from '@jest/globals';
import { code, joined, link, Markdown, md, summaryText, tableRow, tableRule } from '../../shared/billing/basics/markdown.js';

/** What vendors write stands in the Web UI as it reads, and never as Markdown of its own. */

const ours = (text: string): Markdown => new Markdown(text);

describe('a value in a text of ours reads as it is', () => {
  test.each<[string | number, string]>([
    ['Contoso', 'Contoso'],
    [12, '12'],
    [-12.5, '-12.5'],
    ['  two\nlines  ', 'two lines'],
    [
      'a_b *c* `d` [e](f) <g> & h|i ~j~ $k$ ^l^ \\m',
      'a\\_b \\*c\\* \\`d\\` \\[e\\](f) \\<g\\> \\& h\\|i \\~j\\~ \\$k\\$ \\^l\\^ \\\\m',
    ],
    ['# Heading', '\\# Heading'],
    ['= rule', '\\= rule'],
    ['> quoted', '\\> quoted'],
    [': term', '\\: term'],
    ['- item', '\\- item'],
    ['+ item', '\\+ item'],
    ['-5.00 EUR', '-5.00 EUR'],
    ['+5.00 EUR', '+5.00 EUR'],
    ['a # b - c', 'a # b - c'],
    ['1. first', '1\\. first'],
    ['12) twelfth', '12\\) twelfth'],
    ['12)', '12\\)'],
    ['1.50 EUR', '1.50 EUR'],
    ['1234567890. tenth', '1234567890. tenth'],
    ['no 1. here', 'no 1. here'],
    ['see http://evil and HTTPS://evil', 'see http\u2060://evil and HTTPS\u2060://evil'],
    ['ftp://a mailto:b xmpp:c www.d x.y-z+1@e.f', 'ftp\u2060://a mailto\u2060:b xmpp\u2060:c www\u2060.d x.y-z+1\u2060@e.f'],
    ['at 12:30 @ home', 'at 12:30 @ home'],
  ])('%j', (value, text) => expect(md`${value}`.text).toBe(text));
});

test('our own Markdown stays as it is; long values are cut', () => {
  expect(String(md`${ours('**b**')} ${'**theirs**'}`)).toBe('**b** \\*\\*theirs\\*\\*');
  expect(md`${'x'.repeat(601)}`.text).toBe(`${'x'.repeat(599)}…`);
  expect(md`${'x'.repeat(600)}`.text).toBe('x'.repeat(600));
});

test.each([
  ['plain', '`plain`'],
  ['a|b', '`a\\|b`'],
  ['a`b', '`` a`b ``'],
  ['``a` b', '``` ``a` b ```'],
  ['two\nlines', '`two lines`'],
])('%j in a box is %s', (text, box) => expect(code(text).text).toBe(box));

test('a box is cut like any text', () => expect(code('x'.repeat(601)).text).toBe(`\`${'x'.repeat(599)}…\``));

test('parts are stacked, and an address cannot end its link', () => {
  expect(joined([ours('a'), ours('b')], '\n\n').text).toBe('a\n\nb');
  expect(link('to [it]', 'http://host/a b?(x)<y>\\\n').text).toBe('[to \\[it\\]](http://host/a%20b?%28x%29%3cy%3e%5c%0a)');
});

test('a row spaces its cells, and the rule aligns numbers', () => {
  const gap = '\u00a0'.repeat(4);
  expect(tableRow(['a|b', 2, ours('**c**')]).text).toBe(`| a\\|b | ${gap}2 | ${gap}**c** |`);
  expect(tableRule('left', 'right').text).toBe('|---|--:|');
});

describe('a summary', () => {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  test('is one line within Temporal’s bytes, and shows where it was cut', () => {
    expect(summaryText('Contoso: 5 steps\nand more')).toBe('Contoso: 5 steps and more');
    expect(summaryText('x'.repeat(200))).toBe('x'.repeat(200));
    expect(summaryText('x'.repeat(201))).toBe(`${'x'.repeat(197)}…`);
    expect(summaryText('ä'.repeat(100))).toBe('ä'.repeat(100));
    expect([summaryText('ä'.repeat(101)), bytes(summaryText('ä'.repeat(101)))]).toEqual([`${'ä'.repeat(98)}…`, 199]);
    expect(summaryText('_'.repeat(101))).toBe(`${'\\_'.repeat(98)}…`);
  });
});
