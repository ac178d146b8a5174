import { availableParallelism } from 'node:os';

/** Jest in ESM mode (`got` is ESM only); run with `node --experimental-vm-modules`, as `npm test` does. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', '^fast-check$': '<rootDir>/test/fast-check.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  globalSetup: '<rootDir>/test/global-setup.js',
  globalTeardown: '<rootDir>/test/global-teardown.js',
  testSequencer: '<rootDir>/test/sequencer.js',
  reporters: ['default', '<rootDir>/test/reporter.js'],
  // Many tests wait for servers and clocks most of the time: two workers on each core, where Jest would leave one core idle.
  maxWorkers: availableParallelism() * 2,
  // Modules of a finished file are never given back (ESM): past this a worker begins again, or files at the end take six times as long as alone.
  workerIdleMemoryLimit: '700MB',
  // A command is a process of its own, and a busy machine may take minutes for what a quiet one does in seconds.
  testTimeout: 180_000,
};
