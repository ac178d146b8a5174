import { readFileSync } from 'node:fs';
import { CHANGES, MEMBERS } from './changes.js';
import { allOf, isWrong, play, said, type Played } from './matrix.js';
import { openTenant } from './tenant.js';

/**
 * `npm run renames`: every member in every way, over two worlds; `-- Cloudmore` those of one vendor. Ends with one line of figures; 0 only when none is wrong.
 */

const WORLDS = ['september-2025', 'takeover-in-balance'];

const [vendor] = process.argv.slice(2);
const members = MEMBERS.filter((member) => vendor === undefined || member.vendor === vendor);
const played: Played[] = [];
for (const world of WORLDS) {
  const text = readFileSync(new URL(`../../sandbox/worlds/${world}.json`, import.meta.url), 'utf8');
  const tenant = await openTenant(JSON.parse(text) as object);
  const expected = await tenant.plan(null, 'null');
  for (const { member, change } of allOf(CHANGES, members)) {
    const one = await play(tenant, expected, member, change);
    played.push(one);
    if (isWrong(one)) console.log(`${world}: ${said(one)}`);
  }
  await tenant.close();
}
const count = (verdict: string): number => played.filter((one) => one.verdict === verdict).length;
const wrong = played.filter(isWrong).length;
console.log(
  `${played.length} changes in ${WORLDS.length} worlds: ${count('stops')} stop, ${count('holds')} hold, ${count('same money')} same money, ${wrong} wrong`,
);
process.exitCode = wrong === 0 ? 0 : 1;
