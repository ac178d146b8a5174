import type { FaultRule } from '../sandbox/index.js';

/** What can go wrong with one broker: each kind with one of many, so that all the others show whether they notice. */
export interface Trouble {
  what: string;
  /** Settings that differ from those that are right. */
  settings?: Record<string, string>;
  /** Of its first customer, from the beginning. */
  customerName?: string;
  /** What its vendors do from the day on that is measured. */
  faults?: FaultRule[];
}

const ofAutotask = (fault: FaultRule['fault']): FaultRule[] => [{ match: { vendor: 'autotask' }, fault }];

/** `endlessUrl`: an Autotask whose answers have no end. */
export const troubles = (endlessUrl: string): Trouble[] => [
  { what: 'a wrong secret', settings: { AUTOTASK_SECRET: 'not-the-secret' } },
  { what: 'a key that was revoked', faults: ofAutotask({ kind: 'status', status: 401, when: 'before' }) },
  {
    what: 'no quota left',
    faults: ofAutotask({ kind: 'status', status: 429, when: 'before', headers: { 'retry-after': '3600' } }),
  },
  { what: 'an Autotask that is down', faults: ofAutotask({ kind: 'status', status: 503, when: 'before' }) },
  { what: 'answers without end', settings: { AUTOTASK_URL: endlessUrl } },
  {
    what: 'a hostile name',
    customerName: '=HYPERLINK("http://example.test")\u202e</script><b>[x](y) `rm -rf` \'; drop table organizations; --',
  },
  { what: 'a name of 3 MB', customerName: 'x'.repeat(3 * 2 ** 20) },
];
