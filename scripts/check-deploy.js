/**
 * `npm run check:deploy`: what `deploy` holds for other programs, checked by those programs. Ends with 1 where something is wrong, and with 3 where a program
 * is missing here: scripts/system-packages.sh installs what Debian has.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MONITORING = fileURLToPath(new URL('../deploy/monitoring', import.meta.url));
const CHECKS = [
  ['promtool', 'check', 'rules', 'alerts.yml'],
  ['promtool', 'test', 'rules', 'alerts.test.yml'],
  ['promtool', 'check', 'config', 'prometheus.yml'],
];

let wrong = 0;
const missing = new Set();
for (const [program, ...args] of CHECKS) {
  const { status, error } = spawnSync(program, args, { cwd: MONITORING, stdio: 'inherit' });
  if (error?.code === 'ENOENT') missing.add(program);
  else if (status !== 0) wrong += 1;
}
for (const program of missing) console.error(`NOT CHECKED: ${program} is not installed here (scripts/system-packages.sh)`);
console.log(`check:deploy: ${CHECKS.length} checks, ${wrong} wrong, ${missing.size === 0 ? 'none' : 'some'} not carried out`);
process.exitCode = wrong > 0 ? 1 : missing.size > 0 ? 3 : 0;
