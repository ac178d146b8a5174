import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import { readdirSync } from 'node:fs';
import { configs as regexp } from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { importDirections } from './scripts/lint/import-directions.js';
import { shortTitles } from './scripts/lint/short-titles.js';

/** Rooms of billing, by the life of a line: each knows those before it. */
const BILLING_ROOMS = ['basics', 'report', 'amounts', 'derivation', 'contracts', 'ghosts', 'plan', 'results'].map(
  (room) => `shared/billing/${room}`,
);
const NOUNS_OF_BILLING = ['shared/billing/types', 'shared/billing/plan-types'];
const billingRooms = BILLING_ROOMS.map((room, index) => ({
  files: `${room}/**`,
  may: [...NOUNS_OF_BILLING, ...BILLING_ROOMS.slice(0, index + 1), 'shared/shown', 'big.js', 'node:crypto'],
}));

/** What commands share lies next to them in `client`: none knows another, and `client/cli` hands in where one ends with another. */
const ROOMS_OF_CLIENT = readdirSync(new URL('client', import.meta.url))
  .map((name) => `client/${name.replace(/\.[jt]s$/, '')}`)
  .filter((room) => !['client/commands', 'client/cli'].includes(room));
const COMMANDS = readdirSync(new URL('client/commands', import.meta.url)).map(
  (name) => `client/commands/${name.replace(/\.ts$/, '')}`,
);
/** These start the other parts of the product in this process. */
const STARTING_ALL = ['client/commands/demo', 'client/commands/sandbox'];
const commands = COMMANDS.map((command) => ({
  files: `${command}{.ts,/**}`,
  may: [
    command,
    ...ROOMS_OF_CLIENT,
    ...(STARTING_ALL.includes(command) ? ['sandbox'] : []),
    // `worker` starts it; `plan` runs the very code that a run has run by its workflows.
    ...['shared', 'worker', 'activities', '@temporalio/*', 'node:*', 'packages'],
  ],
  types: ['workflows'],
}));

/**
 * Who may import whom. The first folder that fits a file counts, so exceptions stand before the folder they belong to. `shared` is imported
 * by the others and imports none of them; the sandbox shares nothing with the product, so that one mistake cannot hide in both.
 */
const DIRECTIONS = [
  ...billingRooms,
  // The nouns of all rooms.
  { files: 'shared/billing/*.ts', may: ['shared/billing/basics'], types: ['shared/billing'] },
  { files: 'shared/http/**', may: ['shared/http', 'shared/shown', 'node:*', 'packages'] },
  { files: 'shared/shown.ts', may: [] },
  { files: 'shared/door/**', may: ['shared/door', 'shared/http', 'shared/billing', 'shared/shown', 'node:*', 'packages'] },
  {
    files: 'shared/{cloudmore,autotask}/**',
    may: [
      'shared/cloudmore',
      'shared/autotask',
      'shared/door',
      'shared/http',
      'shared/billing',
      'shared/shown',
      'node:*',
      'packages',
    ],
  },
  // The close must not repeat a mistake of the planner: it shares its nouns and nothing else.
  { files: 'shared/close/**', may: ['shared/close', 'node:crypto'], types: ['shared/billing'] },
  { files: 'shared/messages/**', may: ['shared/messages', 'shared/billing', '@temporalio/common'] },
  { files: 'shared/encryption/**', may: ['shared', '@temporalio/common', '@temporalio/proto', 'node:*', 'packages'] },
  { files: 'shared/tracing/**', may: ['shared', '@temporalio/interceptors-opentelemetry', 'node:*', 'packages'] },
  { files: 'shared/**', may: ['shared', 'node:*', 'packages'] },
  {
    files: 'workflows/**',
    may: ['workflows', 'shared/messages', 'shared/billing', '@temporalio/workflow', '@temporalio/common', 'fuzzball'],
    types: ['activities'],
  },
  {
    files: 'activities/**',
    may: ['activities', 'shared', '@temporalio/activity', '@temporalio/common', 'node:*'],
    types: ['big.js'],
  },
  { files: 'worker/**', may: ['worker', 'activities', 'shared', '@temporalio/*', 'node:*', 'packages'], types: ['workflows'] },
  ...commands,
  {
    // The end of a month runs the very code that a run has run by its workflows.
    files: 'client/month-end/**',
    may: [...ROOMS_OF_CLIENT, 'shared', 'worker', 'activities', '@temporalio/*', 'node:*', 'packages'],
  },
  // The command line starts every command.
  {
    files: 'client/{cli.ts,cli/**}',
    may: ['client', 'shared', '@temporalio/*', 'node:*', 'packages'],
    types: ['workflows', 'activities'],
  },
  {
    files: 'client/**',
    may: [...ROOMS_OF_CLIENT, 'shared', '@temporalio/*', 'node:*', 'packages'],
    types: ['workflows', 'activities'],
  },
  { files: 'sandbox/**', may: ['sandbox', 'node:*', 'packages'] },
  // What the sandbox is held against comes from the vendors, never from the product.
  { files: 'test/sandbox/**', may: ['test/sandbox', 'sandbox', 'node:*', 'packages'] },
  {
    // Tests of the product see the sandbox from outside, over HTTP and by its state: what it is made of must not be what they expect.
    files: 'test/**',
    may: [
      'test',
      'bench',
      'scripts',
      'workflows',
      'activities',
      'worker',
      'client',
      'shared',
      'sandbox/index',
      'sandbox/generate',
      '@temporalio/*',
      'node:*',
      'packages',
    ],
  },
  {
    files: '{bench,scripts}/**',
    may: [
      'bench',
      'scripts',
      'workflows',
      'activities',
      'worker',
      'client',
      'shared',
      'sandbox',
      '@temporalio/*',
      'node:*',
      'packages',
    ],
  },
];

/** One block per entry; a file that an earlier entry covers is left out of the later ones. */
const directions = DIRECTIONS.map(({ files, may, types = [] }, index) => ({
  files: [files],
  ignores: DIRECTIONS.slice(0, index).map((earlier) => earlier.files),
  plugins: { project: { rules: { 'import-directions': importDirections } } },
  rules: { 'project/import-directions': ['error', { may, types }] },
}));

/** The workflow sandbox has neither these globals nor a reason to need them; `process` would only fail when the line runs. */
const NOT_IN_WORKFLOWS = [
  'process',
  'Buffer',
  'fetch',
  'crypto',
  'performance',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  '__dirname',
  '__filename',
];

/** A second client of Autotask has a gate of its own, which counts none of the first one's calls. */
const ONE_PAIR_OF_CLIENTS = {
  selector: 'NewExpression[callee.name=/^(ProbingAutotask|Autotask|Cloudmore)$/]',
  message: 'Clients of the vendors are made by shared/vendors.ts, one pair per command or worker: take that pair.',
};

const NO_DEFAULT_EXPORT = { selector: 'ExportDefaultDeclaration', message: 'Export by name; one thing has one name everywhere.' };

/** People read every amount with separators; JSON and CSV have the digits alone and write no sentence. */
const AMOUNT_GROUPED = {
  selector:
    'TemplateLiteral > :matches(Identifier[name=/^(sales|cost|price|difference)$/], MemberExpression[property.name=/^(sales|cost|price|difference|unitPrice|unitCost|exactSales|exactCost)$/], CallExpression[callee.name=/^(money|postedText|plain|textOf)$/])',
  message:
    'Write an amount in a sentence with grouped, amountText or moneyText (shared/billing/basics/decimal.ts), or inWords (shared/close/exact.ts).',
};

/** What a module remembers is shared by everybody in the process, and nobody sees it. */
const NO_CACHE_OF_A_MODULE = {
  selector:
    ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Weak)?Map$/]:not(NewExpression[callee.name="Map"][arguments.length>0])',
  message: 'A cache belongs to an object that its user makes; say why where it cannot.',
};

/** What holds in every file of the product. */
const PRODUCT = [NO_DEFAULT_EXPORT, ONE_PAIR_OF_CLIENTS, AMOUNT_GROUPED, NO_CACHE_OF_A_MODULE];

/** The core gets the day as an argument and derives every key, so that the same input gives the same plan. */
const NO_CLOCK_NO_CHANCE = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'No clock in shared/billing: take the day as an argument.',
  },
  { selector: 'CallExpression[callee.name="Date"]', message: 'No clock in shared/billing: take the day as an argument.' },
  {
    selector: 'MemberExpression[object.name="Date"][property.name="now"]',
    message: 'No clock in shared/billing: take the day as an argument.',
  },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'No chance in shared/billing: derive keys from business data.',
  },
];

/** The core knows what is billed, not whose products it is read from and written to; sentences to people name them, and so do the keys that rule 5 spells out. */
const VENDORS = 'cloudmore|autotask|datto|temporal';
const NO_VENDOR = [
  { selector: `Identifier[name=/${VENDORS}/i]`, message: 'No vendor in shared/billing: name what it is in billing.' },
  {
    selector: `Literal[value=/^(?!cloudmore:|[.@])\\S*(${VENDORS})\\S*$/i]`,
    message: 'No vendor in shared/billing: only sentences to people name one.',
  },
];

/**
 * One way out for each output: what comes from a vendor is escaped where it enters a text, by the output's own means, and no template can forget it.
 * `test/project/one-way-out.test.ts` tries these out.
 */
const HTML_BY_TAG = {
  selector:
    ':not(TaggedTemplateExpression[tag.name="html"]) > TemplateLiteral[expressions.length>0]:has(TemplateElement[value.raw=/<[a-z!\\u002f]|=\\u0022$/i])',
  message: 'Write HTML with the tag html, which escapes every value (client/documents/html.ts).',
};
const MARKDOWN_BY_TAG = {
  selector: ':not(TaggedTemplateExpression[tag.name="md"]) > TemplateLiteral[expressions.length>0]',
  message: 'Write Markdown with the tag md, which escapes every value (shared/billing/basics/markdown.ts).',
};
const MARKDOWN_BY_DETAILS = [
  {
    selector: 'CallExpression[callee.name="setCurrentDetails"] > :matches(TemplateLiteral, BinaryExpression):first-child',
    message: 'Details are Markdown: make them with md (shared/billing/basics/markdown.ts).',
  },
  {
    selector:
      'Property[key.name=/^(staticSummary|staticDetails)$/] > :matches(TemplateLiteral, BinaryExpression, Identifier, MemberExpression).value',
    message: 'A summary is Markdown of bounded length: make it with summaryText (shared/billing/basics/markdown.ts).',
  },
];
const RENDERED_PRINTABLE = [
  {
    selector: 'ExportNamedDeclaration > FunctionDeclaration[id.name=/^(render(?!.*Html)|textReport)/]:not([async=true])',
    message: 'Export a rendering as onTerminal(…), which makes its data printable (client/terminal/printable.ts).',
  },
  {
    selector:
      'ExportNamedDeclaration > VariableDeclaration > VariableDeclarator[id.name=/^(render(?!.*Html)|textReport)/]:not(:has(> CallExpression.init[callee.name="onTerminal"]))',
    message: 'Export a rendering as onTerminal(…), which makes its data printable (client/terminal/printable.ts).',
  },
];
/** What holds where people's pages and screens are made. */
const RENDERED = [HTML_BY_TAG, ...RENDERED_PRINTABLE];
const NAMES_BY_TAG = {
  selector:
    ':not(TaggedTemplateExpression) > TemplateLiteral > :matches(Identifier[name=/(organization|product|company|customer)Name$/i], MemberExpression[property.name=/(organization|product|company|customer)Name$/i])',
  message: 'A name goes into a sentence by the tag line, which keeps it to one line (client/terminal/printable.ts).',
};
const JSON_BY_FUNCTION = {
  selector: 'CallExpression[callee.object.name="JSON"][callee.property.name="stringify"][arguments.length=3]',
  message: 'JSON for people is made by jsonText, which a terminal only prints (client/terminal/printable.ts).',
};

/** Words of a play or of old books, which no project uses for its parts: a harness, a system, a disturbance, what is reported. */
const NOT_NAMES =
  /^(?!.*(?:^(?:told|tell(?!Settings)|stage|besid[e])|Told|TOLD|Tell|TELL|Besid[e]|BESID[E]|[dD]esk|DESK|[tT]heatre|[wW]orkshop|[mM]ishap|[dD]eed|DEED|^Stage|[aA]new)).*$/
    .source;

/** Tests that are being written again: they join the rules of the others when they are done. */

const SIZE = { skipBlankLines: true, skipComments: true };

export default defineConfig(
  { ignores: ['dist', 'node_modules', 'reports', '.billing', '.stryker-tmp', '**/*.cjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, ONE_PAIR_OF_CLIENTS],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  directions,
  { files: ['{activities,client,shared,worker,workflows}/**'], rules: { 'no-restricted-syntax': ['error', ...PRODUCT] } },
  {
    files: ['shared/vendors.ts'],
    rules: { 'no-restricted-syntax': ['error', ...PRODUCT.filter((rule) => rule !== ONE_PAIR_OF_CLIENTS)] },
  },
  // A test has a clock and a pause of its own, which it gives to a client.
  { files: ['test/**'], rules: { 'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT] } },
  {
    // A pattern that tries every way of reading a text stops a worker for minutes: 9,000 blanks in a name were enough.
    plugins: { regexp: regexp['flat/recommended'].plugins.regexp },
    rules: { 'regexp/no-super-linear-backtracking': ['error', { report: 'certain' }], 'regexp/no-super-linear-move': 'error' },
  },
  {
    files: ['client/{checks,commands,explain,month-end,plan,report}/**'],
    ignores: ['client/{checks,commands/*,explain,month-end,plan,report}/*text.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...PRODUCT, ...RENDERED, NAMES_BY_TAG, JSON_BY_FUNCTION, ...MARKDOWN_BY_DETAILS],
    },
  },
  // A text of a command is a rendering as a whole: its data are made printable before it begins.
  {
    files: ['client/{checks,commands/*,explain,month-end,plan,report}/*text.ts', 'client/{documents,terminal}/**'],
    rules: { 'no-restricted-syntax': ['error', ...PRODUCT, ...RENDERED] },
  },
  {
    files: ['activities/finish/web-ui-details.ts', 'workflows/month-details.ts'],
    rules: { 'no-restricted-syntax': ['error', ...PRODUCT, MARKDOWN_BY_TAG] },
  },
  {
    files: ['workflows/**'],
    ignores: ['workflows/month-details.ts'],
    rules: { 'no-restricted-syntax': ['error', ...PRODUCT, ...MARKDOWN_BY_DETAILS] },
  },
  {
    // `shared/http` is the one way out to others: bounded in time and size, and led astray by no redirect.
    files: ['{activities,client,shared,worker}/**'],
    rules: { 'no-restricted-globals': ['error', { name: 'fetch', message: 'Ask others by send or knock (shared/http).' }] },
  },
  {
    // What Temporal keeps is encrypted where there are keys: anyone who reads it past the codec finds nothing, or writes it in plain text. Workflows get it decrypted.
    files: ['{activities,client,shared,worker}/**'],
    ignores: ['shared/encryption/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['@temporalio/common', '@temporalio/client', '@temporalio/worker'].map((name) => ({
            name,
            importNames: ['defaultPayloadConverter', 'defaultDataConverter'],
            message: 'Read and write payloads through the converter of shared/encryption.',
          })),
        },
      ],
    },
  },
  { files: ['workflows/**'], rules: { 'no-restricted-globals': ['error', ...NOT_IN_WORKFLOWS] } },
  {
    // Five values in a row are mixed up sooner or later: a function that needs them takes one input with names. What is read at one go fits a screen or two.
    files: ['{activities,bench,client,sandbox,shared,worker,workflows}/**'],
    rules: { 'max-params': ['error', { max: 4 }], 'max-lines': ['error', { max: 400, ...SIZE }] },
  },
  {
    files: ['{activities,bench,client,sandbox,shared,worker,workflows}/**'],
    rules: { 'max-lines-per-function': ['error', { max: 60, ...SIZE }] },
  },
  {
    files: ['shared/billing/**'],
    rules: {
      'no-restricted-globals': ['error', ...NOT_IN_WORKFLOWS, 'setTimeout', 'console', 'globalThis'],
      'no-restricted-syntax': ['error', ...PRODUCT, ...NO_CLOCK_NO_CHANCE, ...NO_VENDOR],
    },
  },
  {
    // What people and programs read counts the calls by vendor.
    files: ['shared/billing/results/{results,tally}.ts'],
    rules: { 'no-restricted-syntax': ['error', ...PRODUCT, ...NO_CLOCK_NO_CHANCE] },
  },
  {
    rules: { 'id-match': ['error', NOT_NAMES, { properties: true, classFields: true, onlyDeclarations: true }] },
  },
  {
    files: ['test/**'],

    plugins: { titles: { rules: { 'short-titles': shortTitles } } },
    rules: { 'titles/short-titles': 'error', 'max-params': ['error', { max: 4 }], 'max-lines': ['error', { max: 400, ...SIZE }] },
  },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/unbound-method': 'off', '@typescript-eslint/require-await': 'off' },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly' },
    },
  },
  // Jest resolves it for `import` and for `require` alike.
  {
    files: ['test/fast-check.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      sourceType: 'commonjs',
      parserOptions: { projectService: false },
      globals: { require: 'readonly', module: 'writable', process: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  // Jest and ESLint ask for default exports.
  { files: ['*.config.js', 'test/*.js'], rules: { 'no-restricted-syntax': 'off' } },
);
