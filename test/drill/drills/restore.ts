import { execFile } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Random } from '../../simulation/random.js';
import { postgres, postgresInto } from '../database.js';
import { notPlayed, rowOf, runToItsEnd, type Drill, type Row, type DrillOptions } from '../drill.js';
import { DrillSystem } from '../system.js';

/**
 * State older than reality: Temporal's databases, the evidence, or both are put back to an earlier minute of the month while Autotask keeps what it has taken,
 * everything is started, and the only thing anybody does is to run the month.
 */

const DATABASES = ['temporal', 'temporal_visibility'];
const SUPERUSER = 'postgres';
const run = promisify(execFile);

/** What is put back: from the earlier minute, from the later one, not at all, or to nothing. */
type From = 'earlier' | 'later' | 'kept' | 'empty';

interface Restore {
  name: string;
  what: string;
  temporal: From;
  evidence: From;
}

const RESTORES: Restore[] = [
  { name: 'restore', what: 'all databases and the evidence restored from mid-month', temporal: 'earlier', evidence: 'earlier' },
  { name: 'restore-temporal', what: 'Temporal restored from mid-month, evidence kept', temporal: 'earlier', evidence: 'kept' },
  { name: 'restore-evidence', what: 'evidence restored from mid-month, Temporal kept', temporal: 'kept', evidence: 'earlier' },
  { name: 'restore-apart', what: 'Temporal from an earlier minute than the evidence', temporal: 'earlier', evidence: 'later' },
  { name: 'restore-apart-2', what: 'evidence from an earlier minute than Temporal', temporal: 'later', evidence: 'earlier' },
  { name: 'evidence-empty', what: 'evidence emptied in mid-month, Temporal restored', temporal: 'earlier', evidence: 'empty' },
  { name: 'temporal-empty', what: 'Temporal emptied in mid-month, evidence restored', temporal: 'empty', evidence: 'earlier' },
];

/** Writes between the two minutes that a backup can be from. */
const LATER_BY = 8;

const restoreOf = ({ name, what, temporal, evidence }: Restore): Drill => ({
  name,
  what,
  play: async (options) => {
    const random = new Random(options.seed);
    const rows: Row[] = [];
    // Only the first is played at many moments; the others at one each.
    for (let moment = 0; moment < (name === 'restore' ? options.moments : 1); moment += 1) {
      const row = await playMoment(options, { name, what, temporal, evidence }, random.whole(1, 45)).catch((error: Error) =>
        notPlayed({ name, what }, error),
      );
      options.say(`${name}, moment ${moment + 1}: ${row.message}`);
      rows.push(row);
    }
    return rows;
  },
});

async function playMoment(
  { image, say }: DrillOptions,
  { name, what, temporal, evidence }: Restore,
  writes: number,
): Promise<Row> {
  const system = await DrillSystem.open(image, say);
  try {
    const { stack } = system;
    const worker = await stack.startWorker();
    const month = runToItsEnd(system);
    await system.hasWritten(writes);
    await backUp(system, 'earlier');
    if (temporal === 'later' || evidence === 'later') {
      await system.hasWritten(writes + LATER_BY);
      await backUp(system, 'later');
    }
    await month;
    const before = await system.writes();
    await worker.stop();
    await stack.service('temporal').stop();
    await restoreTemporal(system, temporal);
    await restoreEvidence(system, evidence);
    const startedAt = Date.now();
    stack.service('temporal').start();
    await stack.healthy('temporal');
    if (temporal === 'empty') await stack.up('temporal-setup');
    worker.start();
    const { code, stderr } = await system.runMonth();
    const seconds = (Date.now() - startedAt) / 1000;
    const again = (await system.writes()) - before;
    const failure = stderr.split('\n').find((line) => line.startsWith('The run failed'));
    const words = failure ?? 'planned again';
    const message = `${words}: ${again} writes more (restored at write ${writes} of ${before})`;
    return await rowOf(system, name, what, { code, message, seconds });
  } finally {
    await system.close();
  }
}

const backups = (system: DrillSystem, name: string): string => join(system.stack.folder, 'backups', name);

async function backUp(system: DrillSystem, name: string): Promise<void> {
  const folder = backups(system, name);
  await mkdir(folder, { recursive: true });
  const server = system.stack.service('postgresql');
  for (const database of DATABASES)
    await postgresInto(
      join(folder, `${database}.dump`),
      { server, user: SUPERUSER, program: 'pg_dump' },
      '--format=custom',
      database,
    );
  // As a backup of files in use is: what comes and goes meanwhile may be missing.
  await run('cp', ['-a', system.stack.volume, join(folder, 'evidence')]).catch(() => undefined);
}

async function restoreTemporal(system: DrillSystem, from: From): Promise<void> {
  if (from === 'kept') return;
  const { stack } = system;
  const server = stack.service('postgresql');
  for (const database of DATABASES) {
    await postgres(server, SUPERUSER, 'dropdb', '--force', database);
    // Each belongs to the role of its name.
    await postgres(server, SUPERUSER, 'createdb', '--owner', database, database);
    if (from === 'empty') continue;
    await postgres(server, SUPERUSER, 'pg_restore', '--dbname', database, join(backups(system, from), `${database}.dump`));
  }
  if (from === 'empty') await stack.up('temporal-schema');
}

async function restoreEvidence(system: DrillSystem, from: From): Promise<void> {
  if (from === 'kept') return;
  await rm(system.stack.volume, { recursive: true, force: true });
  if (from === 'empty') await mkdir(system.stack.volume);
  else await rename(join(backups(system, from), 'evidence'), system.stack.volume);
}

export const RESTORED = RESTORES.map(restoreOf);
