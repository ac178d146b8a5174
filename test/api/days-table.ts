import { fromWire, toWire } from '../../shared/autotask/days.js';
import { table } from '../billing/examples/table.js';

/** Rule 7.10, which belongs to the wire: days go out and come back as the same day everywhere. Shown in the README of the rules like all others. */
export const days = table<() => string>('7', 'Comes to', (comes) => comes(), [
  ['7.10 1 October goes out as', () => toWire('2025-10-01'), '2025-10-01T10:15:00Z'],
  ['7.10 midnight of 1 October in Oslo comes back as', () => fromWire('2025-09-30T22:00:00Z'), '2025-10-01'],
  ['7.10 in Auckland, in summer', () => fromWire('2025-09-30T11:00:00Z'), '2025-10-01'],
  ['7.10 in Honolulu', () => fromWire('2025-10-01T10:00:00Z'), '2025-10-01'],
  ['7.10 10:15 given back as it was sent', () => fromWire('2025-10-01T10:15:00Z'), '2025-10-01'],
]);
