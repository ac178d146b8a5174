import { BELIEFS, type Belief } from './beliefs.js';

/** The beliefs as the rows of a table for people (`docs/operations.md`). */
export const beliefRows = (): string[][] =>
  Object.entries(BELIEFS).map(([id, { what, breaks, movesMoney }]: [string, Belief]) => [
    id,
    what,
    breaks,
    movesMoney ? 'yes' : '',
  ]);
