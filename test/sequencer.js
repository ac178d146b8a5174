import { statSync } from 'node:fs';

/**
 * The order of test files: those that take minutes first, so that none of them is left alone at the end; then the larger before the smaller. Jest knows how
 * long files take only where it has run them before, which a fresh clone has not.
 */

const LONGEST = [
  'simulation/simulation',
  'system/versions',
  'system/program',
  'soak/soak',
  'system/operator',
  'worlds/worlds',
  'system/faults',
  'web/finance',
  'system/leaks',
  'system/undo',
  'report/switches',
  'renames/renames',
  'system/quiet-month',
  'workflows/daily',
  'workflows/organization',
  'workflows/messages',
  'system/concurrency',
  'system/notified',
  'brokers/isolation',
  'evidence/hold',
  'activities/restored',
  'report/days-in-zones',
];

const rank = ({ path }) => {
  const at = LONGEST.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return at < 0 ? LONGEST.length : at;
};

export default class LongestFirst {
  sort(tests) {
    const sizes = new Map(tests.map((test) => [test, statSync(test.path).size]));
    return [...tests].sort((left, right) => rank(left) - rank(right) || sizes.get(right) - sizes.get(left));
  }

  allFailedTests(tests) {
    return tests;
  }

  shard(tests) {
    return tests;
  }

  cacheResults() {}
}
