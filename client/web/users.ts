import { us } from '../terminal/called.js';
import { randomBytes, scrypt as scryptWithCallback, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { same } from '../../shared/billing/basics/text.js';
import { ConfigError } from '../../shared/environment.js';
import { isMissing } from '../../shared/files.js';

/** The page's own users, where the company has no log-in in front of it: names and scrypt hashes in a file that only its owner reads. */

export const ROLES = ['see', 'approve'] as const;
export type Role = (typeof ROLES)[number];

export interface Person {
  name: string;
  role: Role;
}

const userSchema = z.object({ name: z.string().min(1), role: z.enum(ROLES), salt: z.string(), hash: z.string() });
const fileSchema = z.object({ users: z.array(userSchema) });
type User = z.infer<typeof userSchema>;

/** OWASP's advice for scrypt: 2^17, 8, 1; about 128 MB and a third of a second a try. */
const COST: ScryptOptions = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const HASH_BYTES = 32;
export const PASSWORD_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 200;
export const NAME_LENGTH_MAX = 100;

const hashOf = (password: string, salt: string): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scryptWithCallback(password.normalize('NFC'), Buffer.from(salt, 'hex'), HASH_BYTES, COST, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );

/** Adds a user, or gives one that is there another password and role. */
export async function saveUser(path: string, { name, role }: Person, password: string): Promise<void> {
  const users = await readUsers(path);
  const salt = randomBytes(16).toString('hex');
  const user: User = { name, role, salt, hash: (await hashOf(password, salt)).toString('hex') };
  const all = [...users.filter((other) => !same(other.name, name)), user];
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ users: all }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(temporary, path);
}

/** A hash that no password has: an unknown name takes as long as a wrong password. */
const NOBODY = { salt: '00'.repeat(16), hash: '00'.repeat(HASH_BYTES) };

/** Who logs in with this name and password; null when nobody does. */
export async function personOf(path: string, name: string, password: string): Promise<Person | null> {
  if (name.length > NAME_LENGTH_MAX || password.length > PASSWORD_LENGTH_MAX) return null;
  const user = (await readUsers(path)).find((other) => same(other.name, name));
  const { salt, hash } = user ?? NOBODY;
  const isRight = timingSafeEqual(await hashOf(password, salt), Buffer.from(hash, 'hex'));
  return user && isRight ? { name: user.name, role: user.role } : null;
}

/** The users of the file; none where there is no file yet. Throws a `ConfigError` for one that is something else. */
export async function readUsers(path: string): Promise<User[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  try {
    return fileSchema.parse(JSON.parse(text)).users;
  } catch {
    throw new ConfigError([
      `BILLING_WEB_USERS: ${path} is not a file of users. Expected what "${us()} web user add" wrote, or none.`,
    ]);
  }
}
