/** After Jest's own summary: every skipped test by name, and as very last line `N passed, N failed, N skipped`. */
export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) => file.testResults.filter(isSkipped));
    for (const test of skipped) console.log(`SKIPPED: ${test.fullName}`);
    // A file that could not even be run has no tests to count, and must not pass for nothing.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const left = results.numPendingTests + results.numTodoTests;
    console.log(`${results.numPassedTests} passed, ${failed} failed, ${left} skipped`);
  }
}

const isSkipped = ({ status }) => status === 'pending' || status === 'todo' || status === 'disabled';
