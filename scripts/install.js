/**
 * Installs the libraries of package-lock.json where they are missing or others: `npm run demo` and `npm test` work on a fresh clone.
 * Runs before anything is installed, so it uses Node alone. Says nothing when there is nothing to do.
 */
import { spawn } from 'node:child_process';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WAIT_MS_MAX = 10 * 60_000;

const say = (line) => process.stderr.write(`${line}\n`);

/** Whether node_modules holds what the lock file names. npm keeps its own record of what it installed there. */
function isInstalled() {
  let installed;
  try {
    installed = JSON.parse(readFileSync(join(ROOT, 'node_modules/.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === '') return true;
    const there = installed[path];
    return there === undefined ? optional === true || devOptional === true : there.version === version;
  });
}

/** One at a time per checkout, in its own folder: in one that everybody may write to, a link of that name could be waiting. The lock is a file with the holder's process id, made in one step with its content. */
const LOCK = join(ROOT, '.install.lock');

function takeLock() {
  const mine = `${LOCK}.${process.pid}`;
  rmSync(mine, { force: true });
  writeFileSync(mine, String(process.pid), { flag: 'wx', mode: 0o600 });
  try {
    linkSync(mine, LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    removeIfAbandoned();
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeIfAbandoned() {
  const aside = `${LOCK}.aside.${process.pid}`;
  try {
    if (isAlive(Number(readFileSync(LOCK, 'utf8')))) return;
    renameSync(LOCK, aside);
  } catch {
    return; // Released, or removed by another one that waits.
  }
  // Between the check and the rename somebody else may have taken the lock: then it goes back.
  if (isAlive(Number(readFileSync(aside, 'utf8')))) renameSync(aside, LOCK);
  else rmSync(aside, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function withLock(work) {
  const giveUpAt = Date.now() + WAIT_MS_MAX;
  let isAnnounced = false;
  while (!takeLock()) {
    if (!isAnnounced) say('Another process is installing the libraries; waiting for it.');
    isAnnounced = true;
    if (Date.now() > giveUpAt)
      throw new Error(`Waited ten minutes for another installation. If none is running, remove ${LOCK}.`);
    await sleep(250);
  }
  try {
    await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function npmCi() {
  const startedAt = Date.now();
  say('Installing the libraries named in package-lock.json (npm ci, about 20 seconds).');
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const npm = spawn('npm', args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  const forward = (signal) => npm.kill(signal);
  process.once('SIGINT', forward).once('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    npm.once('error', reject);
    npm.once('exit', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      if (code !== 0)
        return reject(new Error('npm ci failed; its messages are above. Node and npm must reach a package registry.'));
      say(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
      resolve();
    });
  });
}

try {
  if (!isInstalled()) await withLock(async () => isInstalled() || (await npmCi()));
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
