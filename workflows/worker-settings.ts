import type { MoneySettings } from '../shared/contract.js';
import { telling } from './activities.js';

/** Asks the worker that serves a broker which settings it has, as digests: what a person reads in `doctor` and `plan` is compared with them. */
export const workerSettings = ({ broker }: { broker: string }): Promise<MoneySettings> =>
  telling(broker, 'Which settings the worker has').tellSettings({ broker });
