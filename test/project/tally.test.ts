import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs Jest over one file with our reporter and tear-down; everything it prints, in order, and its exit code. */
async function runJest(code: string): Promise<{ lines: string[]; exitCode: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'tally-'));
  const config = {
    rootDir: folder,
    globalTeardown: join(root, 'test/global-teardown.js'),
    reporters: ['default', join(root, 'test/reporter.js')],
  };
  await writeFile(join(folder, 'some.test.cjs'), code);
  await writeFile(join(folder, 'jest.config.json'), JSON.stringify({ ...config, testMatch: ['**/*.test.cjs'] }));
  const command = `'${process.execPath}' --experimental-vm-modules '${root}node_modules/jest/bin/jest.js' --config '${folder}/jest.config.json' 2>&1`;
  try {
    return await new Promise((resolve) => {
      execFile('sh', ['-c', command], (error, stdout) => resolve({ lines: stdout.trim().split('\n'), exitCode: error ? 1 : 0 }));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('ends with the tally, after every skipped test’s name', async () => {
  const { lines, exitCode } = await runJest(
    `test('a', () => {}); describe('group', () => test.skip('b', () => {})); test.todo('c');`,
  );
  expect(lines.slice(-3)).toEqual(['SKIPPED: group b', 'SKIPPED: c', '1 passed, 0 failed, 2 skipped']);
  expect(exitCode).toBe(0);
});

test('a file that cannot be run counts as failed', async () => {
  const { lines, exitCode } = await runJest('this is not JavaScript');
  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  expect(exitCode).toBe(1);
});
