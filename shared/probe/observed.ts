import { AUTOTASK_BELIEFS, BELIEFS, type BeliefId } from './beliefs.js';
import { keysOf } from '../billing/basics/closed-sets.js';

/**
 * What recordings have shown (`test/recordings`, which a test compares): each belief that one confirms was observed, and no longer concluded from pages alone.
 * A recording of a sandbox shows that this program finds it under other switches, and says so.
 */
export interface Observation {
  recording: string;
  /** Whether a real tenant was recorded, or a sandbox. */
  of: 'tenant' | 'imitation';
  confirmed: BeliefId[];
}

export const OBSERVED: Observation[] = [
  {
    recording: 'other-dress.json',
    of: 'imitation',
    confirmed:
      'A1.zone A1.threshold A2.access A2.members A2.searched A2.udf A2.required A2.labels A3.survey A3.lookup A3.case A3.flags A3.list A3.ignored A4.ids A4.days A4.connector A5.grid A5.extended A5.costs A5.end A5.filter A7.names A7.inactive A7.currencies A8.missing A8.text A8.url C1.description C2.token C3.services C3.organizations C3.property C4.subscriptions C4.prices C5.words C5.members C5.values C6.dates C7.invoice C8.sums C8.types C8.payment C8.subscriptions C8.takeover'.split(
        ' ',
      ) as BeliefId[],
  },
];

/** A belief as a row of the sandbox's coverage. */
export interface BeliefFact {
  side: 'autotask' | 'cloudmore';
  what: string;
  support: 'supported';
  mark: 'observed' | 'inferred';
  members: null;
  section: null;
  endpoints: string[];
  tests: string[];
  note: string | null;
}

/** Every belief, marked observed where a recording confirms it. */
export const beliefFacts = (): BeliefFact[] =>
  keysOf(BELIEFS).map((id) => {
    const seen = OBSERVED.filter(({ confirmed }) => confirmed.includes(id));
    const names = seen.map(({ recording, of }) => (of === 'imitation' ? `${recording}, of a sandbox` : recording));
    return {
      side: AUTOTASK_BELIEFS.some((one) => one === id) ? 'autotask' : 'cloudmore',
      what: `belief ${id}: ${BELIEFS[id].what}`,
      support: 'supported',
      mark: seen.length > 0 ? 'observed' : 'inferred',
      members: null,
      section: null,
      endpoints: [],
      tests: ['../probe/beliefs: a probe confirms every belief of believed vendors, within its calls'],
      note: names.length === 0 ? null : `seen in ${names.join('; ')}`,
    };
  });
