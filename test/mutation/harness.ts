import { bind } from 'jest-each';

/** `describe` and `test` as far as the tests of `shared/billing` use them: they only collect, so that one process can run the same tests thousands of times. */

export { expect } from 'expect';

export interface CollectedTest {
  /** Its file, and the titles of the blocks and of the test, which are what Jest calls its full name. */
  id: string;
  fileName: string;
  run: () => unknown;
}

/** A file of tests. Some compute while they load, tables above all: that is a test of its own, on which all others of the file depend. */
export interface TestFile {
  loading: CollectedTest;
  /** What loading has collected. */
  tests: CollectedTest[];
}

const blocks: string[] = [];
let current: TestFile | null = null;

export function fileOf(fileName: string, load: () => void): TestFile {
  const run = (): void => {
    current = file;
    load();
  };
  const file: TestFile = { loading: { id: `${fileName} loads`, fileName, run }, tests: [] };
  return file;
}

const block = (title: string, body: () => void): void => {
  blocks.push(title);
  body();
  blocks.pop();
};
function collect(title: string, run: () => unknown): void {
  const { loading, tests } = current!;
  tests.push({ id: [loading.fileName, ...blocks, title].join(' '), fileName: loading.fileName, run });
}

export const describe = Object.assign(block, { each: bind(block as never, false) });
export const test = Object.assign(collect, { each: bind(collect as never, false) });
