import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { HEADERS, request, worldWith } from './autotask-host.js';
import { FORM, logInForm } from './cloudmore-host.js';
import { registeredRoutes } from './routes.js';
import { titlesIn } from './titles.js';
import { COVERAGE, startSandbox, type Fact, type Sandbox } from '../../sandbox/index.js';

/** The coverage table is true: of the routes, of what they answer, and of the tests it names. */

let sandbox: Sandbox;
let controls: string[];
beforeAll(async () => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  sandbox = await startSandbox({ world: worldWith() });
  controls = (await request(`${sandbox.url}/_sandbox`, 'GET', undefined, {})).body['endpoints'] as string[];
});
afterAll(async () => {
  await sandbox.close();
  jest.restoreAllMocks();
});

const SIDES: Fact['side'][] = ['autotask', 'cloudmore', 'control'];
const listed = (side: Fact['side']): string[] =>
  COVERAGE.filter((fact) => fact.side === side).flatMap(({ endpoints }) => endpoints);

/** Routes as the table writes them: those of Autotask below the version. */
function registered(side: Fact['side']): string[] {
  if (side === 'control') return controls;
  return registeredRoutes()[side].map(({ method, pattern }) => `${method} ${pattern.replace('/atservicesrest/v1.0/', '/')}`);
}

describe('the table has', () => {
  test.each(SIDES)('every route of %s once, and no other', (side) => {
    expect(listed(side).sort()).toEqual(registered(side).sort());
  });

  test('every full entry has a test, every partial one a word', () => {
    expect(COVERAGE.filter(({ support, tests }) => support !== 'not' && tests.length === 0)).toEqual([]);
    expect(COVERAGE.filter(({ support, note }) => support === 'partly' && note === null)).toEqual([]);
  });

  test('nothing twice', () => {
    const rows = COVERAGE.map(({ side, what }) => `${side}: ${what}`);
    expect(rows.filter((row, index) => rows.indexOf(row) !== index)).toEqual([]);
  });
});

const files = new Map<string, string[]>();
for (const named of COVERAGE.flatMap(({ tests }) => tests)) {
  const [file = '', ...title] = named.split(': ');
  files.set(file, [...(files.get(file) ?? []), title.join(': ')]);
}
test.each([...files])('every test that it names is there, in %s', (file, titles) => {
  const known = titlesIn(fileURLToPath(new URL(`${file}.test.ts`, import.meta.url)));
  expect(titles.filter((title) => !known.has(title))).toEqual([]);
});

test('what is not supported answers 501, and nothing else does', async () => {
  const { body } = await request(`${sandbox.url}/connect/token`, 'POST', logInForm(), FORM);
  const headers = { ...HEADERS, authorization: `Bearer ${String(body['access_token'])}` };
  const wrong: string[] = [];
  for (const { side, support, endpoints } of COVERAGE.filter((fact) => fact.side !== 'control'))
    for (const endpoint of endpoints) {
      const [method = '', path = ''] = endpoint.split(' ');
      const address = path.replace(':resellerId', 'broker-1').replace(/:\w+/g, '10');
      const below = side === 'autotask' && !address.startsWith('/atservicesrest') ? '/atservicesrest/v1.0' : '';
      const { status } = await request(`${sandbox.url}${below}${address}`, method, method === 'GET' ? undefined : {}, headers);
      if ((status === 501) !== (support === 'not')) wrong.push(`${endpoint} is ${support} and answers ${status}`);
    }
  expect(wrong).toEqual([]);
});
