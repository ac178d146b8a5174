import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What was tried on the product and did harm, one row each, with the tests that play it by their titles. */
export interface Row {
  attack: string;
  /** Files below `test`, with a part of each title as it stands there: of a test, or of a row in a table of tests. */
  shown: Record<string, string[]>;
}

export const ROWS: Row[] = [
  // ---------------------------------------------------------------------------------------------------------------- money
  {
    attack: 'an item many times dearer, on the very day that it falls due',
    shown: { 'billing/examples': ['9.2 the same on the day after it fell due', '9.1 the same on the day after it fell due'] },
  },
  {
    attack: "last month's report task ends in a state that nobody knows, and is taken for an empty month",
    shown: { 'api/failures.test.ts': ['whose task ends as %s is never an empty month'] },
  },
  {
    attack: 'a billion for a customer without history, 1e400, a hundred thousand digits, a quantity of 1e21',
    shown: {
      'billing/examples': ['9.1 a new organization of 100,000.01', '9.2 nothing last month, and 25,000.01'],
      'http/members.test.ts': ['with the amount %p is a finding', 'with the quantity %p is a finding'],
    },
  },
  {
    attack: 'an organization id with slashes and dots, or longer than the name of a file',
    shown: {
      'report/without-outcome.test.ts': ['an id like %j loses no line'],
      'hostile/ids.test.ts': ['names what is wrong with each'],
    },
  },
  {
    attack: 'one outcome lost from the evidence',
    shown: { 'report/without-outcome.test.ts': ['is held with all lines until a run answers'] },
  },
  { attack: 'one name twice in a record', shown: { 'http/answers.test.ts': ['names a member twice', 'names it twice'] } },
  {
    attack: 'two brokers on one namespace',
    shown: { 'workflows/inputs.test.ts': ['refuses another broker’s, naming both'] },
  },
  {
    attack:
      'one broker of a process with a lost key, no quota, endless answers, names of 3 MB, a full history, a poisoned workflow',
    shown: { 'brokers/isolation.test.ts': ['the others are billed on time and to the cent'] },
  },
  {
    attack: 'a release after the report moved',
    shown: {
      'system/operator.test.ts': ['what moved since waits again', 'a digest that Autotask has overtaken releases nothing'],
    },
  },
  {
    attack: '--mode auto where the setting says shadow',
    shown: { 'system/operator.test.ts': ['no --mode writes in shadow'] },
  },
  // ---------------------------------------------------------------------------------------------------------------- the operator
  {
    attack: 'a product that is called like a command',
    shown: { 'billing/advice.test.ts': ["no product's name becomes the command that people are told"] },
  },
  {
    attack: "a vendor's error text that reads like a command",
    shown: { 'doctor/rendering.test.ts': ['a text that reads like a command gets no own line'] },
  },
  {
    attack: 'a name of 9,000 blanks in a sentence, and a pattern that tries every way',
    shown: { 'hostile/texts.ts': ['blanks without end'], 'project/one-way-out.test.ts': ['a pattern'] },
  },
  {
    attack: 'Markdown, pictures and links in a name',
    shown: { 'hostile/outputs.test.ts': ['makes no heading, link, picture or table in the Web UI'] },
  },
  {
    attack: 'sequences of the terminal, and right-to-left order, in names and errors',
    shown: {
      'hostile/outputs.test.ts': ['writes no line, sequence or direction of its own to a terminal', 'brings no colour'],
      'http/answers.test.ts': ['is one line of 500 visible characters'],
    },
  },
  {
    attack: 'formulas in CSV and workbooks, after semicolon and tab, in full width',
    shown: {
      'hostile/outputs.test.ts': ['makes no formula and no extra cell in a CSV', 'is nothing but a text in a workbook'],
    },
  },
  {
    attack: 'mentions and links in chats',
    shown: { 'hostile/outputs.test.ts': ['is not a mention, link or line in chats and mails'] },
  },
  // ---------------------------------------------------------------------------------------------------------------- Temporal
  {
    attack: 'signals without input, or of any form',
    shown: {
      'workflows/messages.test.ts': ['refuses it in words, changes nothing', 'organizations’ are refused alike'],
    },
  },
  {
    attack: 'a forged report in another mode',
    shown: { 'workflows/messages.test.ts': ['cannot change the mode, whatever it names'] },
  },
  {
    attack: 'nobody knows who approved',
    shown: {
      'decisions/decisions.test.ts': ['says who decided what, when, about how much'],
      'decisions/persons.test.ts': ['a large plan released in the Web UI still waits', 'a second person releases it'],
    },
  },
  { attack: 'an id of 1,100 characters', shown: { 'hostile/ids.test.ts': ['longer than a workflow id may be'] } },
  { attack: 'an id with half a character', shown: { 'hostile/ids.test.ts': ['with half a character'] } },
  { attack: 'a name of three million characters', shown: { 'hostile/ids.test.ts': ['with a name of three million characters'] } },
  {
    attack: 'names and amounts in heartbeats and failures',
    shown: { 'activities/in-the-clear.test.ts': ['names organizations by id while reading', 'without naming the others'] },
  },
  // ---------------------------------------------------------------------------------------------------------------- transport
  {
    attack: 'a next page that is not an address, and records 20,000 deep',
    shown: {
      'http/answers.test.ts': ['is nested deeper than the stack'],
      'fuzz/door.test.ts': ['mutated answers lead to errors, holds or the same money'],
    },
  },
  {
    attack: 'a next page that leads to itself',
    shown: { 'api/failures.test.ts': ['whose next page leads to itself ends at once'] },
  },
  {
    attack: 'a zone discovery that names any host',
    shown: { 'api/reads.test.ts': ['accepts only Autotask’s own hosts'] },
  },
  {
    attack: 'answers without end, packed a thousandfold',
    shown: { 'http/answers.test.ts': ['refuses an endless answer at its limit', 'is measured after unpacking'] },
  },
  {
    attack: 'an error text of ten megabytes',
    shown: { 'http/answers.test.ts': ['is one line of 500 visible characters at most'] },
  },
  {
    attack: 'an error text that repeats the secret it was sent',
    shown: {
      'http/answers.test.ts': ['that repeats what it was sent shows no secret'],
      'api/failures.test.ts': ['is shown without the secret that it may repeat'],
    },
  },
  { attack: "vendors' addresses in plain http", shown: { 'http/answers.test.ts': ['may be asked where %p are allowed'] } },
  {
    attack: 'a webhook that answers with a redirect',
    shown: { 'notices/sending.test.ts': ['a redirecting webhook counts as failed'] },
  },
  {
    attack: 'a mail server without TLS and a password',
    shown: { 'notices/sending.test.ts': ['is not mailed where a password would travel without TLS'] },
  },
  // ---------------------------------------------------------------------------------------------------------------- settings, files, containers
  {
    attack: 'secrets put where a path or an address belongs',
    shown: {
      'config.test.ts': ['never shows a value that holds an @', 'reads an evidence address with a password from a file'],
    },
  },
  { attack: 'a broker called ..', shown: { 'config.test.ts': ['do not take "%s" for the name of a broker'] } },
  {
    attack: 'settings, evidence and keys that every user of the machine may read',
    shown: {
      'evidence/outage.test.ts': ['is for this user alone'],
      'doctor/vendors.test.ts': ['names files others may read, and how to close them'],
    },
  },
  {
    attack: 'a link that waits under the name of the lock',
    shown: { 'project/install.test.ts': ['does not write through a link named like the lock'] },
  },
  {
    attack:
      'containers with rights, networks and passwords they do not need; a password everybody knows; Temporal and pages for anyone who comes',
    shown: {
      'project/docker-compose.test.ts': [
        'gives no service rights it does not need',
        'lets nobody but Temporal and our own processes reach the database',
        'asks each service that serves somebody for an answer',
        'every image of others is named by its digest',
        'names every image without a digest',
      ],
      'project/database-roles.test.ts': ['nothing is made'],
      'project/mutual-tls.test.ts': ['with the certificate of another authority', 'with no certificate'],
      'project/proxy.test.ts': ['without a log-in'],
    },
  },
];

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Titles that no file has: their attack is shown by nobody. */
export function missing(rows: Row[]): string[] {
  return rows.flatMap(({ attack, shown }) => {
    const entries = Object.entries(shown);
    if (entries.length === 0) return [`${attack}: no test`];
    return entries.flatMap(([file, titles]) => {
      const text = textOf(file);
      return titles.filter((title) => !text.includes(title)).map((title) => `${attack}: test/${file} has no "${title}"`);
    });
  });
}

/** Rules stand in tables, which their own tests play. */
const RULES = ['breakers', 'lines', 'money-without-a-line', 'shrunk-reports'].map((name) => `billing/examples/${name}.ts`);

function textOf(file: string): string {
  const files = file === 'billing/examples' ? RULES : [file];
  return files
    .map((path) => folder + path)
    .filter(existsSync)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

/** The test files of all rows, each once. */
export const testsOf = (rows: Row[]): string[] =>
  [...new Set(rows.flatMap(({ shown }) => Object.keys(shown)))].map((file) =>
    file === 'billing/examples'
      ? 'test/billing/examples.test.ts'
      : `test/${file}`.replace('hostile/texts.ts', 'hostile/outputs.test.ts'),
  );
