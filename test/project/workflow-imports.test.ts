import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Modules that a file loads when it runs; what it imports for its types alone is not among them. */
function loadedBy(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm)].map(([, module]) => module!);
}

// The bundle could not be made, and nothing would run.
test('workflows load no Node module, directly or indirectly', () => {
  const folder = join(ROOT, 'workflows');
  const open = readdirSync(folder).map((name) => join(folder, name));
  const seen = new Set(open);
  const wrong: string[] = [];
  for (const file of open) {
    for (const module of loadedBy(file)) {
      if (module.startsWith('node:')) wrong.push(`${relative(ROOT, file)} loads ${module}`);
      if (!module.startsWith('.')) continue;
      const next = join(file, '..', module).replace(/\.js$/, '.ts');
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  expect([...seen].some((file) => file.includes('shared/billing'))).toBe(true);
  expect(wrong).toEqual([]);
});
