import { bind } from 'jest-each';

/** `describe` and `test` as far as the tests of `shared/billing` use them: they only collect, so that one process can run the same tests thousands of times. */

export { expect } from 'expect';

export interface CollectedTest {
  /** Titles of the blocks and of the test: what Jest calls its full name. */
  id: string;
  fileName: string;
  run: () => unknown;
}

export const collected: CollectedTest[] = [];
const blocks: string[] = [];
let fileName = '';

/** The file that the tests collected from now on stand in. */
export const beginFile = (name: string): void => void (fileName = name);

const block = (title: string, body: () => void): void => {
  blocks.push(title);
  body();
  blocks.pop();
};
const collect = (title: string, run: () => unknown): void =>
  void collected.push({ id: [...blocks, title].join(' '), fileName, run });

export const describe = Object.assign(block, { each: bind(block as never, false) });
export const test = Object.assign(collect, { each: bind(collect as never, false) });
