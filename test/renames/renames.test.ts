import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Preview } from '../../activities/preview.js';
import { MEMBERS } from './changes.js';
import { isWrong, play, said } from './matrix.js';
import { openTenant, type Tenant } from './tenant.js';

/**
 * A member that has another name than we expect stops the run loudly, holds what depends on it and says so, or changes no money. Here one name at a time;
 * `npm run renames` plays every member in every way.
 */

let tenant: Tenant;
let expected: Preview;

beforeAll(async () => {
  const world = readFileSync(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8');
  tenant = await openTenant(JSON.parse(world) as object);
  expected = await tenant.plan(null, 'null');
});
afterAll(() => tenant.close());

test.each(MEMBERS)('$vendor $path without $name', async (member) => {
  const played = await play(tenant, expected, member, 'renamed');
  expect(isWrong(played) ? said(played) : '').toBe('');
});
