/**
 * Counts for the very last line, `N passed, N failed, N skipped`, and every skipped test by name. Jest prints its own summary after all
 * reporters, so the lines wait in `globalThis.tally` for the global teardown.
 */
export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) => file.testResults.filter(isSkipped));
    // A file that could not even be run has no tests to count, and must not pass for nothing.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const left = results.numPendingTests + results.numTodoTests;
    globalThis.tally = [
      ...skipped.map((test) => `SKIPPED: ${test.fullName}`),
      `${results.numPassedTests} passed, ${failed} failed, ${left} skipped`,
    ].join('\n');
  }
}

const isSkipped = ({ status }) => status === 'pending' || status === 'todo' || status === 'disabled';
