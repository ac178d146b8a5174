import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playScene, type Scene } from './scene.js';
import { SCENES } from './scenes.js';

/**
 * Records one history of every workflow path with today's code, for tomorrow's code to replay: `npm run record-histories`. Kept per release under
 * `test/replay/<version>/`; CONTRIBUTING.md says when.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));

async function record(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(HERE, '../../package.json'), 'utf8')) as { version: string };
  refuseReleased(version);
  const folder = join(HERE, version);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const scene of SCENES) await played(scene, folder);
}

/** A server has five seconds to start, which a busy machine does not always keep: the scene is played once more then. */
const TRIES = 4;

async function played(scene: Scene, folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await playScene(scene, folder);
    } catch (error) {
      if (attempt === TRIES) throw error;
      process.stderr.write(`${scene.paths.join(', ')}: ${error instanceof Error ? error.message : String(error)}; once more\n`);
    }
  }
}

/** What users run is never recorded again: a changed workflow must replay it as it is. */
function refuseReleased(version: string): void {
  const tag = execFileSync('git', ['tag', '--list', `v${version}`], { cwd: HERE, encoding: 'utf8' }).trim();
  if (tag !== '')
    throw new Error(`${tag} is released, its histories stay. Raise the version in package.json first; CONTRIBUTING.md says how.`);
}

await record();
