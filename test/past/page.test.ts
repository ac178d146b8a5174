import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { generateWorld } from '../../sandbox/generate.js';
import { withPast } from '../../sandbox/generate/past.js';
import type { World } from '../api/vendors.js';
import { useHarness, type Harness } from '../report/harness.js';

/** Every command of the page is run as it stands there, on a tenant with a past. */

const text = readFileSync(new URL('../../docs/first-contact.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.trim().split('\n'));
const mentioned = [...text.matchAll(/`(billing [^`]+)`/g)].map(([, command]) => command!);
/** One of its customers is not linked yet. */
function tenant(): World {
  const world = withPast(generateWorld({ lines: 120, organizations: 20, seed: 2, month: '2025-10' }));
  const [company] = world.autotask.companies as { companyName: string }[];
  const unlinked = world.cloudmore.organizations.find(({ name }) => name === company!.companyName)!;
  unlinked.customProperties = [];
  return world as unknown as World;
}

/** It serves until it is stopped; the generator is tried by itself. */
const SERVES = /^billing sandbox/;

describe('the page on first contact', () => {
  let harness: Harness;
  useHarness((opened) => void (harness = opened), tenant, { BILLING_MODE: 'shadow' });
  const words = (command: string): string[] =>
    command
      .split(' ')
      .slice(1)
      .map((word) => (/\.(csv|html|json)$/.test(word) ? harness.file(word) : word));

  test.each(blocks.filter((command) => !SERVES.test(command)))('%s', async (command) => {
    const { code, said } = await harness.cli(...words(command));
    // 3: something waits for a person, which is what the page is about.
    if (code !== 0 && code !== 3) throw new Error(`${command} ended with ${code}: ${said}`);
  });

  test('the world that it tries them on is written', async () => {
    const [generate] = blocks.filter((command) => SERVES.test(command));
    const { code } = await harness.cli(...words(generate!.replace('1800', '60').replace('300', '10')));
    expect(code).toBe(0);
  });

  // That world, as large as the page has it, was refused.
  test('loads a past whose contract names a missing company', () => {
    const { autotask } = withPast(generateWorld({ lines: 1800, organizations: 300, seed: 1, month: '2025-10' }));
    const companies = new Set((autotask.companies as { id: number }[]).map(({ id }) => id));
    const contracts = autotask.contracts as { companyID: number }[];
    expect(contracts.filter(({ companyID }) => !companies.has(companyID))).toEqual([]);
  });

  test.each(mentioned)('`%s` is a command', async (command) => {
    const name = command.split(' ').slice(1, 2);
    expect((await harness.cli(...name, '--help')).code).toBe(0);
  });
});
