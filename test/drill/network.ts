import { cableTo, type Cable } from '../evidence/cut.js';

/** Where the services listen: each on a loopback address of its own, so that ports are the file's; and the cables that lie between them. */

/** Not of the file: PostgreSQL as somebody else runs it, for evidence. */
export const STORE = 'store';
export const STORE_URL = `postgres://billing:a-password-of-our-own@${STORE}:5432/billing`;

/** Services that others reach through a cable, with the port that it leads to. */
const PORTS = { postgresql: 5432, temporal: 7233, sandbox: 4010, [STORE]: 5432 };
export type Server = keyof typeof PORTS;
export const isServer = (name: string): name is Server => name in PORTS;

export class Network {
  /** By "CLIENT→SERVER", and by "→SERVER" for everybody else's. */
  private readonly cables = new Map<string, Cable>();
  private readonly addresses = new Map<string, string>();
  private readonly net = `127.${64 + Math.floor(Math.random() * 180)}.${Math.floor(Math.random() * 250)}`;

  /** Gives each service of the file an address, and the store next to it. */
  admit(names: string[]): void {
    names.forEach((name, index) => this.addresses.set(name, `${this.net}.${10 + index}`));
    this.addresses.set(STORE, `${this.net}.9`);
  }

  address(name: string): string {
    return this.addresses.get(name)!;
  }

  /** Host and port, without a cable between. */
  at(server: Server): string {
    return `${this.address(server)}:${PORTS[server]}`;
  }

  cable(client: string, server: Server): Cable {
    return this.cables.get(`${client}→${server}`)!;
  }

  /** Lays a cable where there is none yet; `client` '' is everybody who has none of their own. */
  async lay(client: string, server: Server): Promise<void> {
    const key = `${client}→${server}`;
    if (this.cables.has(key)) return;
    const host = `${this.net}.${100 + this.cables.size}`;
    this.cables.set(key, await cableTo(`http://${this.at(server)}`, { host, port: PORTS[server] }));
  }

  /** Names of hosts as addresses; `client` reaches servers through its own cables. */
  translated(values: Record<string, string>, client: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        if (/(HOSTS?|SEEDS)$/.test(key) && this.addresses.has(value)) return [key, this.reach(client, value)];
        const address = (name: string): string => (this.addresses.has(name) ? this.reach(client, name) : name);
        return [key, value.replace(/(^|\/\/|@)([a-z-]+)(?=:\d)/, (_all, before: string, name: string) => before + address(name))];
      }),
    );
  }

  /** What a container calls itself. */
  local(text: string, name: string): string {
    return text.replace(/0\.0\.0\.0|localhost|127\.0\.0\.1/g, this.address(name));
  }

  close(): void {
    for (const cable of this.cables.values()) cable.close();
  }

  private reach(client: string, server: string): string {
    const cable = this.cables.get(`${client}→${server}`);
    return cable ? new URL(cable.url).hostname : this.address(server);
  }
}
