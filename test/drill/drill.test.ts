import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox, type SandboxState } from '../../sandbox/index.js';
import { findDockerCompose } from '../project/docker-compose-program.js';
import { Random } from '../simulation/random.js';
import { drawWorld, LAST_DAY, MONTH } from '../simulation/world.js';
import { ALERT_OF } from './alerts.js';
import { imageEntrypoint, milliseconds, readCompose, tagOf } from './compose.js';
import { count } from './count.js';
import { DRILLS } from './drills/index.js';
import { BROUGHT_UP, LEFT_OUT } from './stack.js';

/** What `npm run drill` rests on. The drills themselves take minutes each; their short forms are named in `docs/reliability.md`. */

const program = await findDockerCompose().catch(() => null);

(program === null ? describe.skip : describe)('the stack of the drill', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'billing-compose-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('has every compose service with the settings of .env', async () => {
    const file = join(folder, '.env');
    await writeFile(file, `POSTGRES_SECRETS='/run/keys'\nAUTOTASK_SECRET='a$b#c'\n`);
    const { services, secrets } = await readCompose(file);
    expect(Object.keys(services).sort()).toEqual([...BROUGHT_UP, ...LEFT_OUT].sort());
    expect(services.worker?.environment?.AUTOTASK_SECRET).toBe('a$b#c');
    expect(secrets.postgres_password?.file).toBe('/run/keys/postgres_password');
    expect(tagOf(services.temporal!.image)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(milliseconds(services.worker!.stop_grace_period!)).toBe(75_000);
  });

  test('runs what the image runs', async () => expect((await imageEntrypoint()).slice(-1)).toEqual(['client/bin.js']));
});

// One that deploy/monitoring tries out.
test('every drill names its alert or says why none', async () => {
  const tried = await readFile(new URL('../../deploy/monitoring/alerts.test.yml', import.meta.url), 'utf8');
  expect(Object.keys(ALERT_OF).sort()).toEqual(DRILLS.map(({ name }) => name).sort());
  for (const expected of Object.values(ALERT_OF))
    if ('alert' in expected) expect(tried).toContain(`name: ${expected.alert}, raised`);
    else expect(expected.none).not.toBe('');
});

describe('the count', () => {
  const drawn = drawWorld(new Random(11), { organizations: [5, 5], subscriptions: [6, 8] });
  let sandbox: Sandbox;
  let begin: SandboxState['autotask'];
  beforeAll(async () => {
    sandbox = await startSandbox({ world: drawn });
    begin = structuredClone(sandbox.state().autotask);
  });
  afterAll(() => sandbox.close());
  const counted = (end: SandboxState['autotask']) =>
    count({ world: drawn as never, broker: 'default', month: MONTH, asOf: LAST_DAY, begin, end });

  test('sees what is not billed, in items and in cents', () => {
    const { duplicates, lost, centsOff } = counted(begin);
    expect(duplicates).toBe(0);
    expect(lost).toBeGreaterThan(5);
    expect(centsOff).toBeGreaterThan(1000);
  });

  test('sees a duplicated contract and one that belongs to nothing', () => {
    const end = structuredClone(begin);
    const [first] = end.contracts.filter(({ contractNumber }) => contractNumber !== null);
    end.contracts.push({ ...first!, id: 90_001 }, { ...first!, id: 90_002, contractNumber: 'x', userDefinedFields: [] });
    const { duplicates, problems } = counted(end);
    expect(duplicates).toBe(2);
    expect(problems).toContain('contract 90002 belongs to nothing of the report');
  });
});
