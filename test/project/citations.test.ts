import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COVERAGE } from '../../sandbox/index.js';
import { BELIEFS } from '../../shared/probe/beliefs.js';

/** What comments and pages cite is there: files, sections by number, questions, beliefs, and the rules of billing. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OURS = /\.(?:ts|cts|js|cjs|md|yml)$|^\.env\.example$/;
const NOT_OURS = new Set(['node_modules', 'dist', 'recordings', 'histories', 'reports', 'LICENSE']);
type Vendor = 'autotask' | 'cloudmore';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name) || (entry.name.startsWith('.') && entry.name !== '.env.example')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return OURS.test(entry.name) && path !== fileURLToPath(import.meta.url) ? [path] : [];
  });
const texts = filesIn(ROOT).map((path) => ({
  file: relative(ROOT, path),
  text: readFileSync(path, 'utf8'),
}));

const found = (pattern: RegExp): { file: string; match: RegExpExecArray }[] =>
  texts.flatMap(({ file, text }) => [...text.matchAll(pattern)].map((match) => ({ file, match })));

const sectionsOf = (vendor: Vendor): Set<string> =>
  new Set(
    [...read(`docs/vendors/${vendor}.md`).matchAll(/^#{2,3} (?:Appendix )?([\dAB.]+?)\.? /gm)].map(([, number]) => number!),
  );
const questionsOf = (vendor: Vendor): Set<string> =>
  new Set([...read(`docs/vendors/${vendor}.md`).matchAll(/^\| (\d+) +\|/gm)].map(([, number]) => number!));

const SECTIONS = { autotask: sectionsOf('autotask'), cloudmore: sectionsOf('cloudmore') };
const QUESTIONS = { autotask: questionsOf('autotask'), cloudmore: questionsOf('cloudmore') };

/** "2.1 to 2.3", "4 and 11", "10, no. 4", "appendix A" as the sections they name, and a question. */
function cited(tail: string): { sections: string[]; question: string | null } {
  const [, question = null] = /, no\. (\d+)/.exec(tail) ?? [];
  return { sections: tail.replace(/, no\. \d+.*/s, '').match(/\d+(?:\.\d+)?|\b[AB]\b/g) ?? [], question };
}

const CITATION =
  /docs\/vendors\/(autotask|cloudmore)\.md`(?: section)?((?: appendix [AB])|(?: \d+(?:\.\d+)?(?:(?:, | and | to )\d+(?:\.\d+)?)*(?:, no\. \d+)?))?/g;

describe('pages about the vendors', () => {
  test('have every section and question that a comment cites', () => {
    const citations = found(CITATION);
    expect(citations.length).toBeGreaterThan(100);
    const missing = citations.flatMap(({ file, match: [text, vendor, tail] }) => {
      if (tail === undefined)
        return file.endsWith('.md') || file.startsWith('eslint') ? [] : [`${file}: ${text} names no section`];
      const { sections, question } = cited(tail);
      const isThere = sections.every((section) => SECTIONS[vendor as Vendor].has(section));
      return isThere && (question === null || QUESTIONS[vendor as Vendor].has(question)) ? [] : [`${file}: ${text}`];
    });
    expect(missing).toEqual([]);
  });

  test("have every section that the sandbox's table of facts names", () => {
    const missing = COVERAGE.flatMap(({ side, section, what }) => {
      if (side === 'control' || section === null) return [];
      const [numbers = '', question] = section.split(', question ');
      return numbers.split(' and ').every((number) => SECTIONS[side].has(number)) &&
        (question === undefined || QUESTIONS[side].has(question))
        ? []
        : [`${what}: ${section}`];
    });
    expect(missing).toEqual([]);
  });

  test('have every belief’s question, and name it with its fact', () => {
    const pages = { A: read('docs/vendors/autotask.md'), C: read('docs/vendors/cloudmore.md') };
    const missing = Object.entries(BELIEFS).flatMap(([id, { question }]) => {
      const vendor = id.startsWith('A') ? 'autotask' : 'cloudmore';
      if (question !== null && !QUESTIONS[vendor].has(String(question))) return [`${id}: question ${question}`];
      return new RegExp(`\\b${id.replace('.', '\\.')}\\b`).test(pages[id.startsWith('A') ? 'A' : 'C']) ? [] : [id];
    });
    expect(missing).toEqual([]);
    const named = Object.values(pages).flatMap((page) => page.match(/\b[AC]\d\.[a-z]+\b/g) ?? []);
    expect(named.filter((id) => !(id in BELIEFS))).toEqual([]);
  });

  test.each(['autotask', 'cloudmore'])('say of each fact about %s how sure it is', (vendor) => {
    const facts = read(`docs/vendors/${vendor}.md`).match(/^- .*$/gm) ?? [];
    expect(facts.length).toBeGreaterThan(40);
    expect(facts.filter((fact) => !/\((?:documented|observed|inferred|unknown)\b[^()]*\)$/.test(fact))).toEqual([]);
  });
});

test('a page that is named is in the repository', () => {
  const named = found(/(?<![\w/.:-])((?:[\w.-]+\/)*[\w-]+\.md)\b/g);
  const missing = named.filter(({ file, match: [, name = ''] }) => {
    const sibling = join(file, '..', name);
    return ![name, sibling].some((path) => texts.some((text) => text.file === path));
  });
  expect([...new Set(missing.map(({ file, match: [, name] }) => `${file}: ${name}`))]).toEqual([]);
});

test('every cited rule number exists in billing’s rules', () => {
  const rules = new Set(read('shared/billing/README.md').match(/\b\d\.\d+\b/g));
  const missing = found(/\brules? (\d\.\d+)\b/g).filter(({ match: [, rule] }) => !rules.has(rule!));
  expect(missing.map(({ file, match: [text] }) => `${file}: ${text}`)).toEqual([]);
});
