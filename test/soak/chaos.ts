import type { FaultRule } from '../../sandbox/index.js';
import type { Random } from '../simulation/random.js';

/** What breaks, drawn at random: processes, the network, the vendors' answers. */

export type Disturbance =
  | { kind: 'kill worker' | 'deploy worker' | 'upgrade server' }
  | { kind: 'freeze worker' | 'kill server' | 'kill gateway'; ms: number }
  | { kind: 'faults'; rules: FaultRule[] };

export function drawDisturbance(random: Random): Disturbance {
  const draw = random.whole(1, 12);
  if (draw <= 3) return { kind: 'kill worker' };
  if (draw === 4) return { kind: 'deploy worker' };
  if (draw === 5) return { kind: 'freeze worker', ms: random.pick([1000, 4000, 12_000, 20_000]) };
  if (draw === 6) return { kind: 'kill server', ms: random.whole(0, 3000) };
  if (draw <= 8) return { kind: 'kill gateway', ms: random.whole(0, 3000) };
  return { kind: 'faults', rules: drawRules(random) };
}

/** Answers that go wrong a few times each, until other rules take their place. */
export const drawRules = (random: Random): FaultRule[] => [
  ...Array.from({ length: random.whole(1, 3) }, () => drawRule(random)),
  SLOW,
];

/** Requests take their time, so that what breaks meets some on their way. */
const SLOW: FaultRule = {
  match: { vendor: 'autotask', probability: 0.4 },
  fault: { kind: 'hang', ms: 250, when: 'after' },
};

/** As the sandbox's journal calls it. */
export const SLOW_NAME = 'hang 250 ms after';

function drawRule(random: Random): FaultRule {
  const fault = drawFault(random);
  const isWrite = fault.kind === 'late' || random.chance(0.6);
  const path = random.pick(['*', '*', '*/Contracts', '*/ServiceAdjustments', '*/Charges', '*/Services']);
  return {
    match: isWrite
      ? { vendor: 'autotask', method: random.pick(['POST', 'PATCH']), path, probability: 0.5 }
      : { probability: random.pick([0.05, 0.2]) },
    fault,
    times: random.whole(1, 5),
  };
}

function drawFault(random: Random): FaultRule['fault'] {
  const when = random.pick(['before', 'after'] as const);
  switch (random.whole(1, 10)) {
    case 1:
      return { kind: 'reset', when: 'before' };
    case 2:
    case 3:
      return { kind: 'reset', when: 'after' };
    case 4:
      return { kind: 'late', ms: random.whole(500, 12_000) };
    case 5:
      return { kind: 'status', status: 503, when };
    case 6:
      return { kind: 'status', status: 500, body: { errors: ['The service is busy.'] }, when: 'before' };
    case 7:
      return { kind: 'status', status: 429, headers: { 'Retry-After': '2' }, when: 'before' };
    case 8:
      return { kind: 'hang', ms: random.whole(1000, 6000), when };
    default:
      return { kind: random.pick(['html', 'truncated', 'empty'] as const) };
  }
}
