import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is released, and what is in the way. */
export interface Candidate {
  version: string;
  commit: string;
  /** A sentence each, with what to do. */
  problems: string[];
}

const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
const SHOWN = 5;

export const git = (root: string, ...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** Looks at a checkout before anything is built: everything that is wrong, so that it can be set right in one go. */
export function candidate(root: string): Candidate {
  const read = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
  const { version = '' } = JSON.parse(read('package.json')) as { version?: string };
  const lock = JSON.parse(read('package-lock.json')) as { version?: string; packages?: Record<string, { version?: string }> };
  const problems = [
    SEMVER.test(version) ? null : `package.json: the version is "${version}", expected three numbers, as in 1.4.0.`,
    [lock.version, lock.packages?.['']?.version].every((locked) => locked === version)
      ? null
      : `package-lock.json: has another version than package.json (${version}). Run npm install --package-lock-only.`,
    unclean(git(root, 'status', '--porcelain')),
    git(root, 'tag', '--list', `v${version}`) === '' ? null : `v${version} is a tag already. Raise the version in package.json.`,
    dated(read('CHANGELOG.md'), version),
    headed(read('UPGRADING.md'), version)
      ? null
      : `UPGRADING.md: has no section "## ${version}". Say what the version asks for, or that it asks for nothing.`,
    recorded(root, `test/replay/${version}`, 'histories', 'record-histories'),
    recorded(root, `test/recomputed/${version}`, 'months', 'record-months'),
  ];
  return { version, commit: git(root, 'rev-parse', 'HEAD'), problems: problems.filter((problem) => problem !== null) };
}

const recorded = (root: string, folder: string, what: string, script: string): string | null =>
  existsSync(join(root, folder)) ? null : `${folder}: ${what} of this version are missing. Run npm run ${script}.`;

function unclean(status: string): string | null {
  const files = status
    .split('\n')
    .filter(Boolean)
    .map((line) => line.trim().replace(/^\S+\s+/, ''));
  if (files.length === 0) return null;
  const rest = files.length > SHOWN ? ` and ${files.length - SHOWN} more` : '';
  return `The checkout is not as it was committed: ${files.slice(0, SHOWN).join(', ')}${rest}. Release from a clean clone.`;
}

/** What stands below the heading of a version, up to the next one. */
const section = (text: string, heading: RegExp): string | null => {
  const [, after] = text.split(heading, 2);
  return after === undefined ? null : after.split(/^## /m, 1)[0]!.trim();
};

const escaped = (version: string): string => version.replaceAll('.', String.raw`\.`);

const headed = (text: string, version: string): boolean =>
  section(text, new RegExp(`^## ${escaped(version)}(?: .*)?$`, 'm')) !== null;

function dated(changelog: string, version: string): string | null {
  const body = section(changelog, new RegExp(String.raw`^## ${escaped(version)} \(\d{4}-\d\d-\d\d\)$`, 'm'));
  if (body === null)
    return `CHANGELOG.md: has no section "## ${version} (YYYY-MM-DD)". Give "Unreleased" its version and its day.`;
  return body === '' ? `CHANGELOG.md: says nothing of ${version}.` : null;
}
