import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Words that read as translated, with what a native would write: in no text, comment, page or title of ours. */
const WORDS: [word: RegExp, better: string][] = [
  [/\bmend(?:s|ed|ing)?\b/i, 'fix, or repair'],
  [/\banew\b/i, 'again'],
  [/\bwho(?:m)?ever\b/i, 'anyone who, or the person who'],
  [/\bshall\b/i, 'is to, or will'],
  [/[a-z](?:Anew|Mend|Whoever|Shall)(?![a-z])/, 'a name as in a sentence'],
  [/\b(?:is|are) none of ours\b/i, 'is not ours'],
  [/\b(?:is|are|was|were|takes|not) to be (?:seen|had|found)\b/i, 'shows, or can be read'],
  [/(?<!may )\bbe it\b(?! is)/i, 'even, or whether'],
  [/\bfor want of\b/i, 'because there is no'],
  [/\bof then\b/i, 'of that time'],
  [/\bin vain\b/i, 'failed, or without result'],
  [/\bso long what\b/i, 'until then'],
  [/\bought to\b/i, 'should'],
  [/\bbeside\b/i, 'next to, besides, or compared with'],
  [/\b(?:is|are|was|were|be|been) told (?:as|by|from|in|together)\b/i, 'reported, shown, or distinguished'],
  [/\bat this moment\b/i, 'now'],
  [/\bis under way since\b/i, 'has been under way since'],
  [
    /(?<!\bthere )(?<!\w)(?:is|are) no (?!longer|more|such|other|proof|coincidence|matter|nothing|zero|older|less|riddle|obstacle|second|use|money|billing|part|reason|whole)[a-z]/i,
    'is not a',
  ],
];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OURS = /\.(?:ts|js|mjs|md|txt|yml|sh)$|^\.env\.example$/;
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', 'recordings', 'histories', 'reports', 'LICENSE']);

const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name) || (entry.name.startsWith('.') && entry.name !== '.env.example')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return OURS.test(entry.name) && path !== fileURLToPath(import.meta.url) ? [path] : [];
  });

test('words that read as translated are used nowhere', () => {
  const all = files(ROOT);
  expect(all.length).toBeGreaterThan(500);
  const found = all.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, at) =>
        WORDS.filter(([word]) => word.test(line)).map(([, better]) => `${relative(ROOT, path)}:${at + 1} (better: ${better})`),
      ),
  );
  expect(found).toEqual([]);
});
