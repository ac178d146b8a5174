import { join } from 'node:path';
import { cacheFolder, makeOnce } from './cache.js';
import type { Say, Way } from './ways.js';

/** Fails, with the reason, for a program that cannot be used. */
export type Check = (path: string) => Promise<void>;

/** A program in the cache: found there, or made by one of several ways and then kept there. */
export function keptProgram(
  { name, file, check }: { name: string; file: string; check: Check },
  env: NodeJS.ProcessEnv,
  say: Say,
) {
  const folder = join(cacheFolder(env), name);
  const path = join(folder, file);
  const works = (): Promise<boolean> =>
    check(path).then(
      () => true,
      () => false,
    );
  return {
    way: { name: `cache folder ${folder}`, attempt: async () => ((await works()) ? path : undefined) } satisfies Way<string>,
    by: (way: string, make: (file: string) => Promise<void>): Way<string> => ({
      name: way,
      attempt: async () => {
        await makeOnce({ folder, works }, say, async (draft) => {
          await make(join(draft, file));
          await check(join(draft, file));
        });
        return path;
      },
    }),
  };
}
