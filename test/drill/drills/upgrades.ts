import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byItself, disturbed, type Drill } from '../drill.js';

/** A new version in mid-month. */

/** The version before the file's that a host may still run. */
const EARLIER_TEMPORAL = '1.31.2';

let next = '';
const WORKER = disturbed({
  name: 'upgrade-worker',
  what: 'a worker of the next build takes over from one that is told to stop',
  prepare: async ({ stack }) => {
    next = await mkdtemp(join(tmpdir(), 'image-next-'));
    for (const part of ['client', 'dist']) await cp(join(stack.image.folder, part), join(next, part), { recursive: true });
    await symlink(join(stack.image.folder, 'node_modules'), join(next, 'node_modules'));
    const described = JSON.parse(await readFile(join(stack.image.folder, 'package.json'), 'utf8')) as { version: string };
    await writeFile(join(next, 'package.json'), JSON.stringify({ ...described, version: `${described.version}-next` }));
  },
  disturb: async ({ stack }, run) => {
    await stack.startWorker('worker-2', {}, next);
    await stack.service('worker').stop();
    return byItself(run);
  },
  cleanUp: () => rm(next, { recursive: true, force: true }),
});

const temporalTo = (name: string, from: string | undefined, to: string | null): Drill =>
  disturbed({
    name,
    what: `Temporal ${from ?? 'of the file'} replaced by ${to ?? 'that of the file'} the way of the compose file`,
    ...(from === undefined ? {} : { temporalVersion: from }),
    disturb: async ({ stack }, run) => {
      await stack.service('temporal').stop();
      await stack.usePrograms(to ?? stack.temporalVersion);
      // An older server starts on the newer schema as it is.
      if (to === null) await stack.up('temporal-schema');
      stack.service('temporal').start();
      return byItself(run);
    },
  });

export const UPGRADES: Drill[] = [
  WORKER,
  temporalTo('upgrade-temporal', EARLIER_TEMPORAL, null),
  temporalTo('downgrade-temporal', undefined, EARLIER_TEMPORAL),
];
