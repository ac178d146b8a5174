/**
 * Mutation testing of the rules of money: `npm run mutation`; of one file: `npm run mutation -- --mutate shared/billing/report/items.ts`; everything again,
 * whatever the last run found: `-- --force`. The tests of `test/billing` run in the process, so they need no server and no other folder of the product.
 */
export default {
  mutate: ['shared/billing/**/*.ts'],
  ignorePatterns: ['**', '!shared/**', '!test/billing/**', '!test/property/**', '!docs/operations.md', '!tsconfig.json'],
  plugins: ['./test/mutation/runner.ts', './test/mutation/survivors.ts'],
  testRunner: 'in-process',
  testRunnerNodeArgs: ['--import', 'tsx'],
  checkerNodeArgs: ['--import', 'tsx'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // On a busy machine a slow run must not pass for an endless loop; those are found by their number of turns.
  timeoutMS: 60_000,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text', 'html', 'json', 'explained'],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
