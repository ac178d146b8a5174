import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../eventually.js';
import type { Image } from '../project/image.js';
import { imageEntrypoint, readCompose, ROOT, tagOf, type ComposeFile } from './compose.js';
import { postgres } from './database.js';
import { execute, type Run } from './execute.js';
import { Launches } from './launches.js';
import { isServer, Network, STORE, STORE_URL } from './network.js';
import { Service } from './service.js';
import { findTemporalPrograms, type TemporalPrograms } from '../../bench/temporal-programs.js';
import { controlSandbox } from '../../bench/control-sandbox.js';

/**
 * The stack of `docker-compose.yml` without Docker: every service's program with the file's own environment, command, order and health check (`launches.ts`), on a
 * loopback address of its own, with cables between that can be cut (`network.ts`). What a container's runtime adds beyond that (the read-only file system, rights,
 * limits of memory, networks) is not played, and the Web UI is left out.
 */

export interface StackOptions {
  /** Settings as a person writes them into `.env`, in the file's own names of hosts; and `store`, a PostgreSQL of the broker's own next to the stack. */
  settings: Record<string, string>;
  /** Version of Temporal's programs; default: that of the file's image. */
  temporalVersion?: string | undefined;
  world: unknown;
  say: (line: string) => void;
}

/** Services of the file that are not brought up. */
export const LEFT_OUT = new Set(['temporal-ui', 'temporal-ui-readers', 'web']);
const NO_PORT = { BILLING_HTTP: 'off' };
const HEALTHY_WITHIN_MS = 120_000;
const UP_FROM_HERE = ['postgresql', 'postgresql-roles', 'temporal-schema', 'temporal', 'temporal-setup'];
/** And those that are, by `bringUp` and by `startWorker`. */
export const BROUGHT_UP = ['sandbox', ...UP_FROM_HERE, 'worker'];

export class Stack {
  readonly services = new Map<string, Service>();
  readonly network = new Network();
  private file!: ComposeFile;
  private entrypoint!: string[];

  private constructor(
    readonly folder: string,
    private readonly options: StackOptions,
    readonly image: Image,
  ) {}

  /** Brings everything up but the worker. */
  static async open(options: StackOptions, image: Image): Promise<Stack> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'billing-drill-')));
    const stack = new Stack(folder, options, image);
    try {
      await stack.bringUp();
      return stack;
    } catch (error) {
      await stack.close();
      throw error;
    }
  }

  service(name: string): Service {
    const found = this.services.get(name);
    if (!found) throw new Error(`The stack has no service ${name} yet.`);
    return found;
  }

  /** Where the worker's volume lies, with evidence and keys. */
  get volume(): string {
    return join(this.folder, 'volumes', 'evidence');
  }

  /** The version of Temporal that the file names. */
  get temporalVersion(): string {
    return tagOf(this.file.services.temporal!.image);
  }

  /** Where the store next to the stack listens, without a cable between. */
  get storeUrl(): string {
    return STORE_URL.replace(`@${STORE}:`, `@${this.network.address(STORE)}:`);
  }

  // ------------------------------------------------------------------------------------------------------------- up

  private async bringUp(): Promise<void> {
    this.entrypoint = await imageEntrypoint();
    const secrets = join(this.folder, 'secrets');
    await makeSecrets(secrets);
    const first = await this.writeSettings({ POSTGRES_SECRETS: secrets });
    this.file = await readCompose(first);
    this.network.admit(Object.keys(this.file.services));
    await this.pointToDatabase(join(secrets, 'evidence_url'));
    await this.usePrograms(this.options.temporalVersion ?? this.temporalVersion);
    await this.up('sandbox');
    await this.control('POST', 'reset', this.options.world);
    this.file = await readCompose(
      await this.writeSettings({
        ...(await this.vendorSettings()),
        ALLOW_HTTP_HOSTS: 'sandbox',
        POSTGRES_SECRETS: secrets,
        ...this.options.settings,
      }),
    );
    if (this.options.settings.BILLING_EVIDENCE?.includes(`@${STORE}`)) await this.openStore(secrets);
    for (const name of UP_FROM_HERE) await this.up(name);
  }

  /** What the sandbox wants to be called with, in the file's name of its host. */
  private async vendorSettings(): Promise<Record<string, string>> {
    const lines = (await (await fetch(`${this.sandboxUrl}/_sandbox/env`)).text()).split('\n').filter(Boolean);
    const pointed = lines.map((line) => {
      const [name = '', ...rest] = line.split('=');
      return [name, rest.join('=').replace(/^http:\/\/[^/]+/, 'http://sandbox:4010')];
    });
    return Object.fromEntries(pointed) as Record<string, string>;
  }

  /** A secret's file names the file's host, which has an address here. */
  private async pointToDatabase(file: string): Promise<void> {
    await writeFile(file, (await readFile(file, 'utf8')).replace('@postgresql:', `@${this.network.address('postgresql')}:`));
  }

  private async openStore(secrets: string): Promise<void> {
    const passwordFile = join(secrets, 'store_password');
    await writeFile(passwordFile, 'a-password-of-our-own');
    const launch = await this.launches().ofDatabase({ name: STORE, user: 'billing', passwordFile });
    const policy = { restarts: true, stopSignal: 'SIGINT', stopWithinMs: 60_000 } as const;
    const service = new Service(STORE, { ...launch, ...policy }, this.logOf(STORE));
    this.services.set(STORE, service);
    service.start();
    const asked = (): Promise<string> => this.storeSql('postgres', 'select 1');
    await eventually(
      () => asked().catch(() => ''),
      (answer) => answer !== '',
      HEALTHY_WITHIN_MS,
    );
    await this.storeSql('postgres', 'create database billing');
    await this.network.lay('', STORE);
  }

  private async writeSettings(settings: Record<string, string>): Promise<string> {
    const path = join(this.folder, '.env');
    await writeFile(
      path,
      Object.entries(settings)
        .map(([name, value]) => `${name}='${value}'\n`)
        .join(''),
    );
    return path;
  }

  /** Puts the programs of a version of Temporal where the images have them. */
  async usePrograms(version: string): Promise<void> {
    const programs = await findTemporalPrograms(version, this.options.say);
    const bin = join(this.folder, 'bin');
    await rm(bin, { recursive: true, force: true });
    await mkdir(bin);
    for (const name of ['temporal-server', 'temporal-sql-tool', 'temporal'] satisfies (keyof TemporalPrograms)[])
      await symlink(programs[name], join(bin, name));
  }

  /** Starts a service as the file says, once what it depends on is as the file demands. */
  async up(name: string): Promise<Service> {
    if (LEFT_OUT.has(name)) throw new Error(`${name} is left out.`);
    await this.dependencies(name);
    const service = new Service(name, await this.launches().of(name), this.logOf(name));
    this.services.set(name, service);
    service.start();
    if (this.file.services[name]!.restart === 'on-failure') await this.completed(service);
    else if (isServer(name)) {
      await this.healthy(name);
      await this.network.lay('', name);
    }
    return service;
  }

  /** One more worker, besides those there are, with settings of its own where they differ. */
  async startWorker(name = 'worker', changes: Record<string, string> = {}, cwd = this.image.folder): Promise<Service> {
    await this.dependencies('worker');
    for (const server of ['temporal', 'sandbox', STORE] as const) await this.network.lay(name, server);
    const launch = await this.launches().of('worker', name);
    // A container has its port to itself; here the first one has it.
    const own = this.network.translated({ ...(name === 'worker' ? {} : NO_PORT), ...changes }, name);
    const service = new Service(name, { ...launch, cwd, env: { ...launch.env, ...own } }, this.logOf(name));
    this.services.set(name, service);
    service.start();
    return service;
  }

  private async dependencies(name: string): Promise<void> {
    for (const [other, { condition }] of Object.entries(this.file.services[name]!.depends_on ?? {})) {
      if (!this.services.has(other)) await this.up(other);
      if (condition === 'service_healthy') await this.healthy(other);
    }
  }

  private async completed(service: Service): Promise<void> {
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    while (service.isUp) {
      if (Date.now() > deadline) throw new Error(`${service.name} did not come to its end:\n${service.said().slice(-2000)}`);
      await sleep(50);
    }
    if (service.exits.at(-1) !== 0)
      throw new Error(`${service.name} ended with ${service.exits.at(-1)}:\n${service.said().slice(-2000)}`);
  }

  /** Waits until the file's own health check of the service is passed. */
  async healthy(name: string, withinMs = HEALTHY_WITHIN_MS): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const { code, stderr } = await this.healthOf(name);
      if (code === 0) return;
      if (Date.now() > deadline)
        throw new Error(`${name} did not get healthy: ${stderr}\n${this.service(name).said().slice(-2000)}`);
      await sleep(250);
    }
  }

  private healthOf(name: string): Promise<Run> {
    const [kind, ...rest] = this.file.services[name]!.healthcheck!.test;
    const own = rest.map((word) => this.network.local(word, name)).map((word) => (word === 'node' ? process.execPath : word));
    const { env, cwd } = this.service(name).launch;
    return execute(kind === 'CMD-SHELL' ? ['sh', '-c', ...own] : own, env, cwd);
  }

  // ------------------------------------------------------------------------------------------------------------- use

  /** `docker compose run --rm worker ARGS`. */
  async billing(args: string[], changes: Record<string, string> = {}): Promise<Run> {
    const launch = await this.launches().of('worker', '');
    const env = { ...launch.env, ...this.network.translated(changes, '') };
    return execute(this.launches().own(...args), env, launch.cwd);
  }

  /** Temporal's own command line, as a person uses it. */
  temporal(...args: string[]): Promise<Run> {
    const env = this.launches().environmentOf('temporal-setup', '');
    return execute([join(this.folder, 'bin', 'temporal'), ...args], env, this.folder);
  }

  /** A statement in a database of the store next to the stack. */
  storeSql(database: string, statement: string): Promise<string> {
    return postgres(this.service(STORE), 'billing', 'psql', '--no-psqlrc', '--dbname', database, '--command', statement);
  }

  /** What a person who has the sandbox does with it. */
  async control<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await controlSandbox(this.sandboxUrl, method, path, body)) as T;
  }

  async close(): Promise<void> {
    const order = [...this.services.values()].reverse();
    for (const service of order) await service.stop('SIGKILL');
    this.network.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private get sandboxUrl(): string {
    return `http://${this.network.at('sandbox')}`;
  }

  private logOf(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  private launches(): Launches {
    const { folder, network, file, entrypoint, image } = this;
    return new Launches({ folder, network, file, entrypoint, image });
  }
}

/** A container gets its files from its runtime; here their users pass through the folder. */
async function makeSecrets(folder: string): Promise<void> {
  const { code, stderr } = await execute(
    ['sh', join(ROOT, 'deploy/postgresql/make-secrets.sh'), folder],
    { PATH: process.env.PATH ?? '' },
    ROOT,
  );
  if (code !== 0) throw new Error(stderr);
  await chmod(folder, 0o711);
}
