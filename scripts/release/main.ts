import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writePapers } from './papers.js';
import { candidate, git } from './refusals.js';

/**
 * `npm run release [-- --dry-run] [--out FOLDER]`, in a clean clone: checks whether the version may be released, builds what the images hold, writes the lists,
 * where it came from and the sums of all of it into the folder, and makes the tag. With `--dry-run` everything but the tag. Nothing is pushed.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false }, out: { type: 'string' } } });
const isDry = values['dry-run'];

const { version, commit, problems } = candidate(ROOT);
for (const problem of problems) console.error(`✗ ${problem}`);
// A dry run says what would be in the way and continues, so that building is tried before the day of the release.
if (problems.length > 0 && !isDry) {
  console.error(`release: ${version || 'no version'} is not released, ${problems.length} to set right`);
  process.exit(1);
}

const out = resolve(values.out ?? join(ROOT, 'reports', `release-${version}`));
const folder = await mkdtemp(join(tmpdir(), 'release-'));
try {
  const images = { production: join(folder, 'production'), rehearsal: join(folder, 'rehearsal') };
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/image.js'), images.production, images.rehearsal], {
    stdio: 'inherit',
  });
  if (built.status !== 0) process.exit(1);
  for (const file of await writePapers({ root: ROOT, version, commit, images, out })) console.log(join(out, file));
} finally {
  await rm(folder, { recursive: true, force: true });
}

if (!isDry) git(ROOT, 'tag', '--annotate', '--message', `Version ${version}`, `v${version}`, commit);
console.log(
  isDry
    ? `release: ${version} at ${commit.slice(0, 12)}, a dry run without a tag, ${problems.length} to set right before the release`
    : `release: ${version} at ${commit.slice(0, 12)}, tag v${version} made; push it when the sums are where they belong`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
