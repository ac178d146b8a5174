import { describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';

/** Lint keeps every output on its one way out, and every pattern at one way to read a text. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const lint = new ESLint({
  cwd: root,
  overrideConfig: [{ languageOptions: { parserOptions: { projectService: false, project: null } } }],
  ruleFilter: ({ ruleId }) => ['no-restricted-syntax', 'no-restricted-globals'].includes(ruleId) || ruleId.startsWith('regexp/'),
});

async function complaints(file: string, code: string): Promise<string[]> {
  const [result] = await lint.lintText(code, { filePath: `${root}${file}` });
  return result!.messages.map(({ message }) => message);
}

const REFUSED: [what: string, file: string, code: string, message: RegExp][] = [
  ['HTML that is not made by its tag', 'client/report/html.ts', 'const x = `<p>${name}</p>`;', /with the tag html/],
  ['an attribute of HTML made by hand', 'client/commands/plan/html.ts', 'const x = `<a title="${name}">`;', /with the tag html/],
  ['Markdown that is not made by its tag', 'activities/finish/web-ui-details.ts', 'const x = `## ${name}`;', /with the tag md/],
  ['Markdown of a run made by hand', 'workflows/month-details.ts', 'const x = `**${name}**`;', /with the tag md/],
  ['details made by hand', 'workflows/daily-billing.ts', 'setCurrentDetails(`# ${name}`);', /make them with md/],
  ['a summary made by hand', 'client/commands/run/index.ts', 'start({ staticSummary: `${name}` });', /make it with summaryText/],
  [
    'a rendering whose data are not made printable',
    'client/commands/status/text.ts',
    'export function renderStatus(x) { return x; }',
    /onTerminal/,
  ],
  ['the same as a constant', 'client/commands/status/text.ts', 'export const renderStatus = (x) => x;', /onTerminal/],
  ['a name in a sentence of a command', 'client/commands/steer.ts', 'out(`${organizationName} ended`);', /by the tag line/],
  ['a name of a member in a sentence', 'client/commands/steer.ts', 'out(`${one.productName} ended`);', /by the tag line/],
  ['a request past the one way out', 'shared/notices/send.ts', 'const x = await fetch(url);', /by send or knock/],
  ['JSON for people by hand', 'client/commands/plan/index.ts', 'out(JSON.stringify(x, null, 2));', /jsonText/],
  [
    'a pattern that tries every way',
    'shared/billing/results/advice.ts',
    String.raw`const x = /\s*[^.;]*\bbilling\b.*$/;`,
    /quadratic|polynomial/,
  ],
  [
    'an amount in a sentence without separators',
    'shared/billing/plan/breakers.ts',
    'const x = `moved to ${money(now, currency)}`;',
    /grouped, amountText/,
  ],
  [
    'the same of a member',
    'activities/decide/recompute.ts',
    'const x = `${item.sales} ${item.currency}`;',
    /grouped, amountText/,
  ],
  ['nested repetition', 'shared/billing/results/advice.ts', String.raw`const x = /^(a+)+$/;`, /backtracking/],
];

const TAKEN: [what: string, file: string, code: string][] = [
  ['HTML by its tag', 'client/report/html.ts', 'const x = html`<p>${name}</p>`;'],
  ['a sentence without HTML', 'client/report/html.ts', 'const x = `${amountText(sales, currency)} held`;'],
  ['amounts outside of a sentence', 'shared/billing/results/advice.ts', "const x = [sales, cost].join('_');"],
  ['Markdown by its tag', 'activities/finish/web-ui-details.ts', 'const x = md`## ${name}`;'],
  ['a rendering by onTerminal', 'client/commands/status/text.ts', 'export const renderStatus = onTerminal(text);'],
  ['a name by the tag line', 'client/commands/steer.ts', 'out(line`${organizationName} ended`);'],
];

describe('lint refuses', () => {
  test.each(REFUSED)('%s', async (_, file, code, message) => {
    expect((await complaints(file, code)).join('\n')).toMatch(message);
  });
});

describe('lint takes', () => {
  test.each(TAKEN)('%s', async (_, file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });
});
