import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder with files of settings in it, as the person who runs many brokers has it. */
export function folderWith(files: Record<string, Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'billing-brokers-'));
  for (const [path, settings] of Object.entries(files)) writeSettings(join(folder, path), settings);
  return folder;
}

export function writeSettings(path: string, settings: Record<string, string>): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
}

/** What the installation itself says: it names no vendor, for everything of that kind is in the files. */
export const installationOf = (env: Record<string, string>, folder: string): Record<string, string> => ({
  ...Object.fromEntries(
    Object.keys(env)
      .filter((name) => /^(CLOUDMORE|AUTOTASK|BILLING_(MODE|CANARY))/.test(name))
      .map((name) => [name, '']),
  ),
  BILLING_BROKERS: folder,
  BILLING_KEYS: join(folder, 'keys'),
});
