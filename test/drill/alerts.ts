/** What `deploy/monitoring` has to raise of a drill's figures if its fault lasts: an alert, or none, with the reason. */
export type Expected = { alert: string } | { none: string };

const ENDS_BY_ITSELF = 'the run waits, and ends correctly by itself';
const IN_ORDER = 'billing restore puts it in order before a worker serves again';
const STANDBY = 'a second worker takes over within seconds';

/** By the name of every drill. Alerts that are not expected are reported and wrong in none: a fault that lasts may raise more than its own. */
export const ALERT_OF: Record<string, Expected> = {
  'kill-worker': { alert: 'WorkerAway' },
  'kill-temporal': {
    none: ENDS_BY_ITSELF,
  },
  'kill-postgresql': { alert: 'NobodyServesAutotask' },
  'cut-temporal': { alert: 'FiguresAreOld' },
  'cut-sandbox': { none: ENDS_BY_ITSELF },
  'cut-store': { alert: 'NobodyServesAutotask' },
  'away-at-start': { none: ENDS_BY_ITSELF },
  away: { none: ENDS_BY_ITSELF },
  'restart-store': { none: 'the store is back before the lease has run out' },
  'kill-store': { alert: 'NobodyServesAutotask' },
  'full-database': { none: ENDS_BY_ITSELF },
  'full-disk': { none: ENDS_BY_ITSELF },
  pgbouncer: { none: STANDBY },
  'wrong-store-password': { alert: 'WorkerAway' },
  'clock-ahead': { alert: 'NobodyServesAutotask' },
  'clock-behind': { alert: 'NobodyServesAutotask' },
  freeze: { alert: 'WorkerAway' },
  restore: { none: IN_ORDER },
  'restore-temporal': { none: IN_ORDER },
  'restore-evidence': { none: IN_ORDER },
  'restore-apart': { none: IN_ORDER },
  'restore-apart-2': { none: IN_ORDER },
  'evidence-empty': { none: 'the run reads everything again automatically, and ends correctly' },
  'temporal-empty': { none: IN_ORDER },
  'upgrade-worker': { none: 'the next build takes over before the one that is told to stop has ended' },
  'upgrade-temporal': { none: ENDS_BY_ITSELF },
  'downgrade-temporal': { none: ENDS_BY_ITSELF },
  brokers: { alert: 'MoneyHeld' },
  'brokers-apart': { alert: 'MoneyHeld' },
  terminate: { alert: 'MoneyHeld' },
  reset: { none: 'what was done is found in Autotask, and the rest is billed' },
  poison: { none: 'what was sent changes nothing; page, log and status say so' },
  'wrong-vendor-secret': { alert: 'BillingFault' },
  rename: { alert: 'WorkerAway' },
  'rename-frozen': { alert: 'WorkerAway' },
  names: { none: 'nothing is disturbed: it is looked what can be read' },
};

/** The alert that a drill must raise; undefined where none is. */
export const alertOf = (drill: string): string | undefined => {
  const expected = ALERT_OF[drill];
  return expected !== undefined && 'alert' in expected ? expected.alert : undefined;
};
