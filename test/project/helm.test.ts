import { expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { VARIABLES } from '../../shared/config.js';
import { WEB_VARIABLES } from '../../shared/web-settings.js';

/** What the chart takes over from the program; Helm and kubeconform judge the rest (`npm run check:deploy`). */

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string): Promise<string> => readFile(`${root}${path}`, 'utf8');

test('the chart has the version of the program', async () => {
  const { version } = JSON.parse(await text('package.json')) as { version: string };
  const chart = await text('deploy/helm/Chart.yaml');
  expect([...chart.matchAll(/^(?:version|appVersion): (.+)$/gm)].map(([, found]) => found)).toEqual([version, version]);
});

test('every setting that the chart names is one of the program', async () => {
  const files = (await readdir(`${root}deploy/helm`, { recursive: true })).filter((file) => /\.(ya?ml|tpl)$/.test(file));
  const all = (await Promise.all(files.map((file) => text(`deploy/helm/${file}`)))).join('\n');
  const named = new Set([...all.matchAll(/\b(?:BILLING|CLOUDMORE|AUTOTASK|NOTICE)_[A-Z_]+[A-Z]\b/g)].map(([name]) => name));
  const known = [...VARIABLES, ...WEB_VARIABLES].flatMap((name) => [name, `${name}_FILE`]);
  expect(named.size).toBeGreaterThan(8);
  expect([...named].filter((name) => !known.includes(name))).toEqual([]);
});
