import { INSTRUMENTER_CONSTANTS, type InstrumenterContext } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { bundleTests } from './bundle.js';
import type { CollectedTest } from './harness.js';

/**
 * Runs the tests of `shared/billing` for Stryker in one process. Jest starts again for every mutant, which takes over a second; these tests are pure
 * functions, so it is enough to evaluate their bundle again, which takes milliseconds and leaves nothing behind of the mutant before.
 */
class InProcessRunner implements TestRunner {
  private load: () => CollectedTest[] = () => [];
  /** What each test took when it last passed. The quickest go first: the first failure ends a run, and some tests take a thousand times as long as others. */
  private readonly took = new Map<string, number>();

  capabilities(): { reloadEnvironment: boolean } {
    return { reloadEnvironment: true };
  }

  /** Stryker calls this in its copy of the sources, with all mutants in them. */
  async init(): Promise<void> {
    this.load = await bundleTests(process.cwd());
  }

  async dryRun(): Promise<DryRunResult> {
    const context = newContext();
    const result = await this.run(context, { disableBail: true });
    return result.status === DryRunStatus.Complete ? { ...result, mutantCoverage: context.mutantCoverage! } : result;
  }

  async mutantRun({ activeMutant, testFilter, disableBail, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    const context = newContext();
    context.activeMutant = activeMutant.id;
    if (hitLimit !== undefined) Object.assign(context, { hitCount: 0, hitLimit });
    const result = await this.run(context, { disableBail, ...(testFilter === undefined ? {} : { only: new Set(testFilter) }) });
    return toMutantRunResult(determineHitLimitReached(context.hitCount, hitLimit) ?? result, true);
  }

  private async run(
    context: InstrumenterContext,
    { only, disableBail }: { only?: Set<string>; disableBail: boolean },
  ): Promise<DryRunResult> {
    const tests: TestResult[] = [];
    try {
      for (const test of this.quickestFirst(this.load(), only)) {
        context.currentTestId = test.id;
        const result = await outcomeOf(test);
        tests.push(result);
        if (result.status === TestStatus.Success) this.took.set(test.id, result.timeSpentMs);
        if (result.status === TestStatus.Failed && !disableBail) break;
      }
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String(error) };
    }
    return { status: DryRunStatus.Complete, tests };
  }

  private quickestFirst(tests: CollectedTest[], only: Set<string> | undefined): CollectedTest[] {
    const took = ({ id }: CollectedTest): number => this.took.get(id) ?? 0;
    return tests.filter(({ id }) => only?.has(id) ?? true).sort((left, right) => took(left) - took(right));
  }
}

/** What the instrumented code looks at: which mutant is active; and where it notes which test came by. */
function newContext(): InstrumenterContext {
  const context: InstrumenterContext = {};
  Object.assign(globalThis, { [INSTRUMENTER_CONSTANTS.NAMESPACE]: context });
  return context;
}

async function outcomeOf({ id, fileName, run }: CollectedTest): Promise<TestResult> {
  const started = Date.now();
  const common = () => ({ id, name: id, fileName, timeSpentMs: Date.now() - started });
  try {
    await run();
    return { ...common(), status: TestStatus.Success };
  } catch (error) {
    return { ...common(), status: TestStatus.Failed, failureMessage: error instanceof Error ? error.message : String(error) };
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
