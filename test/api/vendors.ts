import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../sandbox/index.js';
import { Autotask } from '../../shared/autotask/index.js';
import { Cloudmore } from '../../shared/cloudmore/index.js';
import { loadConfig } from '../../shared/config.js';

/** Both of our clients, talking to the stand-ins over real HTTP. */
export interface Vendors {
  /** A client that knows only where to ask for its zone. */
  zoned(changes?: { username?: string }): Autotask;
  autotask: Autotask;
  cloudmore: Cloudmore;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Where both of them answer. */
  url(): string;
  close(): Promise<void>;
}

export type World = Record<string, Record<string, unknown>>;

export const september = (): World =>
  JSON.parse(readFileSync(fileURLToPath(new URL('../../sandbox/worlds/september-2025.json', import.meta.url)), 'utf8')) as World;

export async function openVendors(world: World = september(), env: Record<string, string> = {}): Promise<Vendors> {
  const sandbox = await startSandbox({ world });
  const config = loadConfig({ ...sandbox.env(), ...env });
  return {
    autotask: new Autotask(config.autotask),
    zoned: (changes = {}) =>
      new Autotask(
        { ...config.autotask, ...changes, url: null },
        { zoneUrl: `${sandbox.url}/atservicesrest/v1.0/zoneInformation` },
      ),
    cloudmore: new Cloudmore(config.cloudmore),
    control: async (method, path, body) => {
      const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
    url: () => sandbox.url,
    close: () => sandbox.close(),
  };
}
