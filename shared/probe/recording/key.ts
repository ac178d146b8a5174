import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isMissing } from '../../files.js';
import type { RecordingKey } from './disguise.js';

/** The broker's own salt and factor, made once and kept next to the other keys: two recordings of one broker have the same names. */
const keySchema = z.object({ salt: z.string().regex(/^[0-9a-f]{64}$/), factor: z.string().regex(/^\d\.\d{4}$/) });

export async function recordingKey(folder: string): Promise<RecordingKey> {
  const path = join(folder, 'recording.json');
  try {
    return keySchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const key = { salt: randomBytes(32).toString('hex'), factor: (randomInt(3_000, 30_000) / 10_000).toFixed(4) };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path, JSON.stringify(key), { mode: 0o600 });
  return key;
}
