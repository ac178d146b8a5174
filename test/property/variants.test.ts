import { expect, test } from '@jest/globals';
import { judge, VARIANTS } from './variants.js';

/** The properties are worth what they see: products that are wrong in one line are caught, each within this many generated organizations. */

const RUNS = 400;
const SEED = 7;

test.each(VARIANTS)(
  'a product is caught with which $wrong',
  async (variant) => {
    const { failed, numRuns } = await judge(variant, SEED, RUNS);
    expect({ failed, within: numRuns <= RUNS }).toEqual({ failed: true, within: true });
  },
  180_000,
);
