import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('every production dependency has an allowed licence and stands in CycloneDX', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sbom-'));
  try {
    const file = join(folder, 'sbom.json');
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/licenses.js', '--sbom', file], { cwd: root });
    const [, direct, all] = /^(\d+) direct and (\d+) production dependencies, .* 0 not permitted\n$/m.exec(stdout) ?? [];
    const sbom = JSON.parse(await readFile(file, 'utf8')) as {
      bomFormat: string;
      components: { name: string; version: string }[];
    };
    expect(sbom.bomFormat).toBe('CycloneDX');
    expect(Number(direct)).toBeGreaterThan(10);
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string; dev?: boolean; devOptional?: boolean }>;
    };
    const shipped = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional);
    const names = shipped.map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
    expect([...new Set(sbom.components.map(({ name, version }) => `${name}@${version}`))].sort()).toEqual(
      [...new Set(names)].sort(),
    );
    expect(shipped).toHaveLength(Number(all));
  } finally {
    await rm(folder, { recursive: true });
  }
});
