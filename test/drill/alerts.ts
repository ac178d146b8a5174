/**
 * The alert of `deploy/monitoring` that a drill's fault raises if it lasts, by the drill's name. A drill that is not here comes to a right end by itself, or its fault
 * is told at once by the command or the page that met it.
 */
export const ALERT_OF: Record<string, string> = {
  'kill-worker': 'WorkerAway',
  'kill-postgresql': 'NobodyServesAutotask',
  'kill-store': 'NobodyServesAutotask',
  'cut-store': 'NobodyServesAutotask',
  brokers: 'MoneyHeld',
  terminate: 'MoneyHeld',
  rename: 'WorkerAway',
};
