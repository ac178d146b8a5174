import { parseArgs } from 'node:util';
import { playYear } from './year.js';

/** `npm run year [-- --customers N] [--seed S]`: an ordinary year in daily runs. Ends with 1 where breakers hold more than one customer-month in a hundred. */

const LIMIT = 0.01;
const { values } = parseArgs({
  options: { customers: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
});

const year = playYear({ customers: Number(values.customers), months: 12, seed: Number(values.seed) });
const share = year.tripped / year.customerMonths;
for (const line of new Set(year.examples)) console.log(line);
console.log(
  `${year.plans} plans, ${year.customerMonths} customer-months, ${year.tripped} held (${(share * 100).toFixed(2)} %)`,
  year.reasons,
);
if (share > LIMIT) process.exitCode = 1;
