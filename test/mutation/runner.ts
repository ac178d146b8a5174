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
import type { CollectedTest, TestFile } from './harness.js';

/** What takes longer waits until all else has passed. */
const QUICK_MS = 50;

/**
 * Runs the tests of `shared/billing` for Stryker in one process. Jest starts again for every mutant, which takes over a second; these tests are pure
 * functions, so it is enough to evaluate their bundle again, which takes milliseconds and leaves nothing behind of the mutant before, and to load the files
 * that have a test of the mutant.
 */
class InProcessRunner implements TestRunner {
  private load: () => TestFile[] = () => [];
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
    const results: TestResult[] = [];
    /** Whether all of them passed, or it does not matter. */
    const play = async (tests: CollectedTest[]): Promise<boolean> => {
      for (const test of tests) {
        context.currentTestId = test.id;
        const result = await outcomeOf(test);
        results.push(result);
        if (result.status === TestStatus.Success) this.took.set(test.id, result.timeSpentMs);
        if (result.status === TestStatus.Failed && !disableBail) return false;
      }
      return true;
    };
    try {
      await this.playAll(
        this.load().filter((file) => isAsked(file, only)),
        only,
        play,
      );
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String(error) };
    }
    return { status: DryRunStatus.Complete, tests: results };
  }

  /** File by file, each with its quick tests, and what takes long at the end: most changes fail in the first files, and need no other one to be loaded. */
  private async playAll(
    files: TestFile[],
    only: Set<string> | undefined,
    play: (tests: CollectedTest[]) => Promise<boolean>,
  ): Promise<void> {
    const slow: CollectedTest[] = [];
    for (const file of this.quickestFirst(files, ({ loading }) => loading)) {
      if (!(await play([file.loading]))) return;
      // A change that loading comes by may be seen by every test of the file.
      const tests = file.tests.filter(({ id }) => !only || only.has(file.loading.id) || only.has(id));
      const isQuick = ({ id }: CollectedTest): boolean => (this.took.get(id) ?? 0) < QUICK_MS;
      if (!(await play(this.quickestFirst(tests.filter(isQuick), (test) => test)))) return;
      slow.push(...tests.filter((test) => !isQuick(test)));
    }
    await play(this.quickestFirst(slow, (test) => test));
  }

  private quickestFirst<Of>(all: Of[], testOf: (one: Of) => CollectedTest): Of[] {
    const took = (one: Of): number => this.took.get(testOf(one).id) ?? 0;
    return [...all].sort((left, right) => took(left) - took(right));
  }
}

/** Whether any test of a file is asked for: each begins with its file's name. */
const isAsked = ({ loading }: TestFile, only: Set<string> | undefined): boolean =>
  only === undefined || [...only].some((id) => id.startsWith(`${loading.fileName} `));

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
