/** What was tried on the product and did harm, by kind, with the tests that play it. */
export interface Row {
  attack: string;
  /** Folders or files under `test`. */
  tests: string[];
}

export const ROWS: Row[] = [
  {
    attack: 'a product, or an error of a vendor, that reads like a command',
    tests: ['billing/command', 'billing/advice', 'doctor/rendering'],
  },
  { attack: 'a name of 9,000 blanks in a sentence, a pattern that tries every way', tests: ['hostile', 'project/one-way-out'] },
  { attack: 'Markdown, pictures and links in a name', tests: ['hostile'] },
  { attack: 'sequences of the terminal, and right-to-left order, in names and errors', tests: ['hostile'] },
  { attack: 'formulas in CSV and workbooks, after semicolon and tab, in full width', tests: ['hostile'] },
  { attack: 'mentions and links in chats', tests: ['hostile', 'notices'] },
  { attack: 'a webhook that answers with a redirect', tests: ['notices/sending'] },
  { attack: 'a mail server without TLS and a password', tests: ['notices/sending'] },
  { attack: 'a lock of a guessable name in a common folder', tests: ['project/install'] },
  {
    attack: 'containers with rights, networks and passwords they do not need; a password everybody knows',
    tests: ['project/docker-compose'],
  },
  { attack: 'secrets put where a path or an address belongs', tests: ['config'] },
  { attack: 'answers without end, redirects, other hosts, broken encodings, repeated keys', tests: ['http', 'api'] },
];

/** The tests of all rows, each once. */
export const testsOf = (rows: Row[]): string[] => [...new Set(rows.flatMap(({ tests }) => tests))].map((test) => `test/${test}`);
