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
