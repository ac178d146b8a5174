import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { jsonText, terminalText } from '../../client/terminal/printable.js';
import { harmless, original } from '../../client/documents/spreadsheet.js';
import { readWorkbook } from '../report/workbook.js';
import { ALIVE_ANYWHERE, HOSTILE, KINDS } from './texts.js';
import { colouredTerminals, csv, markdowns, messages, pages, terminals, xlsx } from './outputs.js';

/**
 * One table: whatever a customer, a product or a vendor's error is called, every output keeps the shape it has for a customer who is called Contoso. `npm run
 * attacks` shows the same to a real browser, the real Web UI and a real spreadsheet program.
 */
const PLAIN_NAME = 'Contoso';

describe.each(KINDS)('a text with %s', (kind) => {
  const text = HOSTILE[kind]!;

  test('writes no line, sequence or direction of its own to a terminal', () => {
    const [shown, plain] = [terminals(text), terminals(PLAIN_NAME)];
    for (const [name, output] of Object.entries(shown)) {
      expect([name, output]).toEqual([name, expect.not.stringMatching(ALIVE_ANYWHERE)]);
      expect([name, output.split('\n').length]).toEqual([name, plain[name]!.split('\n').length]);
    }
  });

  test('brings no colour to a terminal that has colours', () => {
    for (const [name, output] of Object.entries(colouredTerminals(text))) {
      const withoutOurs = output.replace(OURS, '');
      expect([name, withoutOurs]).toEqual([name, expect.not.stringMatching(ALIVE_ANYWHERE)]);
      expect([name, coloursOf(output)]).toEqual([name, coloursOf(terminalText(output, { columns: 80, hasColour: true }))]);
    }
  });

  test('makes no heading, link, picture or table in the Web UI', () => {
    const [shown, plain] = [markdowns(text), markdowns(PLAIN_NAME)];
    for (const [name, output] of Object.entries(shown)) {
      expect([name, shapeOf(output)]).toEqual([name, shapeOf(plain[name]!)]);
      expect([name, output]).toEqual([name, expect.not.stringMatching(ALIVE_ANYWHERE)]);
      expect(output.length).toBeLessThan(20_000);
    }
    expect(Buffer.byteLength(shown.summary!)).toBeLessThanOrEqual(200);
  });

  test('is not a tag or attribute of a page', () => {
    const [shown, plain] = [pages(text), pages(PLAIN_NAME)];
    for (const [name, output] of Object.entries(shown)) {
      expect([name, tagsOf(output)]).toEqual([name, tagsOf(plain[name]!)]);
      expect([name, output]).toEqual([name, expect.not.stringMatching(ALIVE_ANYWHERE)]);
    }
  });

  test('makes no formula and no extra cell in a CSV', () => {
    const [shown, plain] = [csv(text), csv(PLAIN_NAME)];
    const rows = (of: string): string[][] => parse(of);
    expect(rows(shown).map(({ length }) => length)).toEqual(rows(plain).map(({ length }) => length));
    for (const delimiter of [',', ';', '\t', '|'])
      for (const cell of cellsOf(shown, delimiter)) expect(isFormula(cell) ? [delimiter, cell] : []).toEqual([]);
    expect(shown).not.toMatch(ALIVE_ANYWHERE);
  });

  test('is nothing but a text in a workbook', async () => {
    const { files } = await readWorkbook(await xlsx(text));
    for (const [path, content] of files) {
      expect([path, content.match(/<(?:\w+:)?(?:f|hyperlink|drawing|externalReference)[ >/]/g)]).toEqual([path, null]);
      for (const [, type] of content.matchAll(/<c [^>]*\bt="(\w+)"/g)) expect([path, type]).toEqual([path, 's']);
    }
  });

  test('is not a mention, link or line in chats and mails', () => {
    const [shown, plain] = [messages(text), messages(PLAIN_NAME)];
    for (const name of ['chat', 'mail'] as const) {
      expect(shown[name]).not.toMatch(ALIVE_ANYWHERE);
      expect(shown[name].split('\n').length).toBe(plain[name].split('\n').length);
      expect([name, addressesOf(shown[name])]).toEqual([name, addressesOf(plain[name])]);
    }
    expect(shown.chat).not.toMatch(/<(?!\/)|>|@(?!\u2060|$)\S/);
    expect(shapeOf(shown.chat)).toEqual(shapeOf(plain.chat));
    const runs = JSON.stringify(shown.card).match(/"type":"[A-Za-z.]+"/g);
    expect(runs).toEqual(JSON.stringify(plain.card).match(/"type":"[A-Za-z.]+"/g));
    expect(JSON.stringify(shown.card)).not.toContain('"TextBlock"');
  });

  test('as JSON is the same text, and only printed by a terminal', () => {
    const written = jsonText({ [text]: text });
    expect(JSON.parse(written)).toEqual({ [text]: text });
    expect(written).not.toMatch(ALIVE_ANYWHERE);
    expect(terminalText(written, { columns: 80, hasColour: true })).toBe(written);
  });

  test('comes back from a CSV unchanged, but for invisible characters', () => {
    expect(harmless(original(harmless(text)))).toBe(harmless(text));
  });
});

const ESCAPE = String.fromCharCode(0x1b);
const OURS = new RegExp(`${ESCAPE}\\[(1|2|22|31|32|33|36|39)m`, 'g');
const ANY_COLOUR = new RegExp(`${ESCAPE}\\[\\d+m`, 'g');
const coloursOf = (output: string): string[] => output.match(ANY_COLOUR) ?? [];

interface Node {
  type: string;
  url?: string;
  children?: Node[];
}

/** Kinds of parts in their order; neighbouring texts are one. */
function shapeOf(markdown: string): unknown {
  const shape = ({ type, url, children = [] }: Node): unknown => [
    type,
    ...(url === undefined ? [] : [url]),
    ...children.filter((child, index) => child.type !== 'text' || children[index - 1]?.type !== 'text').map(shape),
  ];
  return shape(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
}

const tagsOf = (html: string): string[] => html.replace(/="[^"]*"/g, '').match(/<[^<>]*>/g) ?? [];

const addressesOf = (text: string): string[] => text.match(/https?:\/\/\S+|www\.\S+|\w@\w[\w.-]*/gi) ?? [];

/** Cells as a spreadsheet program reads them that takes another separator: it minds quotation marks only where a cell begins with them. */
function cellsOf(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let [cell, isQuoted] = ['', false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '"' && (cell === '' || isQuoted)) {
      if (isQuoted && text[at + 1] === '"') cell += text[(at += 1)];
      else isQuoted = !isQuoted;
    } else if (!isQuoted && (character === delimiter || character === '\n')) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}

function isFormula(cell: string): boolean {
  const look = cell.normalize('NFKC').replace(/^[\s"\p{Cf}\u{fffd}]+/u, '');
  return /^[=+@\-\u2212]/.test(look) && !/^-?\d+(\.\d+)?$/.test(look);
}
