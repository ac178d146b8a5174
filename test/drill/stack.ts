import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cableTo, type Cable } from '../evidence/cut.js';
import { eventually } from '../eventually.js';
import { findPostgres } from '../evidence/postgres-server.js';
import type { Image } from '../project/image.js';
import { imageEntrypoint, milliseconds, readCompose, tagOf, type ComposeFile, type ComposeService } from './compose.js';
import { initDatabase, postgresUser } from './database.js';
import { Service, type Launch } from './service.js';
import { findTemporalPrograms, type TemporalPrograms } from './temporal-programs.js';

/**
 * The stack of `docker-compose.yml` without Docker: every service's program with the file's own environment, command, order and health check, on a loopback
 * address of its own, so that ports are the file's, too. Between services lie cables that can be cut. What a container's runtime adds beyond that (the
 * read-only file system, rights, limits of memory, networks) is not played, and the Web UI is left out.
 */

export interface StackOptions {
  /** Settings as a person writes them into `.env`, in the file's own names of hosts; and `store`, a PostgreSQL of the broker's own beside the stack. */
  settings: Record<string, string>;
  /** Version of Temporal's programs; default: that of the file's image. */
  temporalVersion?: string | undefined;
  world: unknown;
  say: (line: string) => void;
}

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
  seconds: number;
}

const run = promisify(execFile);
/** Not of the file: PostgreSQL as somebody else runs it, for evidence. */
const STORE = 'store';
export const STORE_URL = `postgres://billing:a-password-of-our-own@${STORE}:5432/billing`;
/** Services of the file that are not brought up. */
export const LEFT_OUT = new Set(['temporal-ui', 'temporal-ui-readers', 'web']);
/** Services that others reach through a cable, with the port that it leads to. */
const CABLED: Record<string, number> = { postgresql: 5432, temporal: 7233, sandbox: 4010, [STORE]: 5432 };
const NO_PORT = { BILLING_HTTP: 'off' };
const HEALTHY_WITHIN_MS = 120_000;
const COMMAND_WITHIN_MS = 480_000;
const UP_FROM_HERE = ['postgresql', 'temporal-schema', 'temporal', 'temporal-setup'];
/** And those that are, by `bringUp` and by `startWorker`. */
export const BROUGHT_UP = ['sandbox', ...UP_FROM_HERE, 'worker'];

export class Stack {
  readonly services = new Map<string, Service>();
  /** By "CLIENT→SERVER", and by "→SERVER" for everybody else's. */
  readonly cables = new Map<string, Cable>();
  private readonly addresses = new Map<string, string>();
  private file!: ComposeFile;
  private image!: Image;
  private entrypoint!: string[];
  private readonly net = `127.${64 + Math.floor(Math.random() * 180)}.${Math.floor(Math.random() * 250)}`;

  private constructor(
    readonly folder: string,
    private readonly options: StackOptions,
  ) {}

  /** Brings everything up but the worker. */
  static async open(options: StackOptions, image: Image): Promise<Stack> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'billing-drill-')));
    const stack = new Stack(folder, options);
    stack.image = image;
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

  get imageFolder(): string {
    return this.image.folder;
  }

  cable(client: string, server: string): Cable {
    return this.cables.get(`${client}→${server}`)!;
  }

  get sandboxUrl(): string {
    return `http://${this.address('sandbox')}:${CABLED.sandbox}`;
  }

  get temporalAddress(): string {
    return `${this.address('temporal')}:${CABLED.temporal}`;
  }

  /** Where the worker's volume lies, with evidence and keys. */
  get volume(): string {
    return join(this.folder, 'volumes', 'evidence');
  }

  // ------------------------------------------------------------------------------------------------------------- up

  private async bringUp(): Promise<void> {
    this.entrypoint = await imageEntrypoint();
    const passwordFile = join(this.folder, 'postgres_password');
    await writeFile(passwordFile, 'a-password-of-our-own', { mode: 0o644 });
    const first = await this.writeSettings({ POSTGRES_PASSWORD_FILE: passwordFile });
    this.file = await readCompose(first);
    Object.keys(this.file.services).forEach((name, index) => this.addresses.set(name, `${this.net}.${10 + index}`));
    this.addresses.set(STORE, `${this.net}.9`);
    await this.usePrograms(this.options.temporalVersion ?? this.temporalVersion);
    await this.up('sandbox');
    await this.control('POST', 'reset', this.options.world);
    const vendors = await (await fetch(`${this.sandboxUrl}/_sandbox/env`)).text();
    const own = Object.fromEntries(
      vendors
        .split('\n')
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const pointed = Object.entries(own).map(([name, value]) => [name, value.replace(/^http:\/\/[^/]+/, `http://sandbox:4010`)]);
    this.file = await readCompose(
      await this.writeSettings({
        ...(Object.fromEntries(pointed) as Record<string, string>),
        ALLOW_HTTP_HOSTS: 'sandbox',
        POSTGRES_PASSWORD_FILE: passwordFile,
        ...this.options.settings,
      }),
    );
    if (this.options.settings.BILLING_EVIDENCE?.includes(`@${STORE}`)) await this.openStore(passwordFile);
    for (const name of UP_FROM_HERE) await this.up(name);
  }

  /** The version that the file names. */
  get temporalVersion(): string {
    return tagOf(this.file.services.temporal!.image);
  }

  private async openStore(passwordFile: string): Promise<void> {
    const launch = await this.databaseOf({ name: STORE, user: 'billing', passwordFile });
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
    await this.cableFor('', STORE);
  }

  /** A statement in a database of the store beside the stack. */
  async storeSql(database: string, statement: string): Promise<string> {
    const { env } = this.service(STORE).launch;
    const args = ['--username', 'billing', '--no-psqlrc', '--dbname', database, '--command', statement];
    return (await run('psql', args, { env, cwd: '/' })).stdout;
  }

  /** Where the store listens, without a cable between. */
  get storeUrl(): string {
    return STORE_URL.replace(`@${STORE}`, `@${this.address(STORE)}`);
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
    const described = this.file.services[name]!;
    for (const [other, { condition }] of Object.entries(described.depends_on ?? {})) await this.demand(other, condition);
    const service = new Service(name, await this.launchOf(name, described), this.logOf(name));
    this.services.set(name, service);
    service.start();
    if (described.restart === 'on-failure') await this.completed(service);
    else if (name in CABLED) {
      await this.healthy(name);
      await this.cableFor('', name);
    }
    return service;
  }

  /** One more worker, beside those there are, with settings of its own where they differ. */
  async startWorker(name = 'worker', changes: Record<string, string> = {}, image = this.image.folder): Promise<Service> {
    const described = this.file.services.worker!;
    for (const [other, { condition }] of Object.entries(described.depends_on ?? {})) await this.demand(other, condition);
    for (const server of ['temporal', 'sandbox', STORE]) await this.cableFor(name, server);
    const launch = await this.launchOf('worker', described, name);
    const service = new Service(
      name,
      // A container has its port to itself; here the first one has it.
      {
        ...launch,
        cwd: image,
        env: { ...launch.env, ...this.translated({ ...(name === 'worker' ? {} : NO_PORT), ...changes }, name) },
      },
      this.logOf(name),
    );
    this.services.set(name, service);
    service.start();
    return service;
  }

  private async demand(name: string, condition: string): Promise<void> {
    if (!this.services.has(name)) await this.up(name);
    if (condition === 'service_healthy') await this.healthy(name);
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

  async healthOf(name: string): Promise<Run> {
    const [kind, ...rest] = this.file.services[name]!.healthcheck!.test;
    const own = rest.map((word) => this.local(word, name));
    const argv = kind === 'CMD-SHELL' ? ['sh', '-c', ...own] : own;
    const { env, cwd } = this.service(name).launch;
    return this.execute(
      argv.map((word) => (word === 'node' ? process.execPath : word)),
      env,
      cwd,
    );
  }

  // ------------------------------------------------------------------------------------------------------------- translation

  private async launchOf(name: string, service: ComposeService, as = name): Promise<Launch> {
    const env = { ...this.common(), ...this.environmentOf(name, service, as) };
    const launch = {
      env,
      cwd: this.folder,
      restarts: service.restart === 'unless-stopped',
      stopSignal: 'SIGTERM' as NodeJS.Signals,
      stopWithinMs: milliseconds(service.stop_grace_period ?? '10s'),
    };
    if (name === 'postgresql') {
      const passwordFile = this.file.secrets[service.secrets![0]!.source]!.file;
      const database = await this.databaseOf({ name, user: service.environment!.POSTGRES_USER!, passwordFile });
      return { ...launch, ...database, stopSignal: 'SIGINT' };
    }
    if (service.image.startsWith('cloudmore-autotask-billing')) {
      const argv = [...this.entrypoint, ...(service.command ?? [])].map((word) =>
        word === 'node' ? process.execPath : this.local(word, name),
      );
      return { ...launch, argv, cwd: this.image.folder };
    }
    const mounts = service.volumes ?? [];
    const argv = (service.entrypoint ?? []).map((word) => this.mounted(word, mounts));
    const cwd = join(this.folder, 'roots', name);
    for (const { source, target } of mounts.filter((mount) => mount.target.startsWith('/etc/temporal/'))) {
      const path = join(cwd, target.slice('/etc/temporal/'.length));
      await mkdir(dirname(path), { recursive: true });
      await symlink(source, path).catch(() => undefined); // it is there already when the service is started once more
    }
    await mkdir(cwd, { recursive: true });
    return { ...launch, argv, cwd };
  }

  private common(): Record<string, string> {
    return { PATH: `${join(this.folder, 'bin')}:${process.env.PATH ?? ''}`, HOME: process.env.HOME ?? '' };
  }

  private environmentOf(
    name: string,
    { environment = {}, secrets = [], volumes = [] }: ComposeService,
    as: string,
  ): Record<string, string> {
    const set = Object.entries(environment).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
    const files = Object.fromEntries(
      secrets.map(({ source, target }) => [target ?? `/run/secrets/${source}`, this.file.secrets[source]!.file]),
    );
    return this.translated(
      Object.fromEntries(set.map(([key, value]) => [key, files[value] ?? this.local(this.mounted(value, volumes), name)])),
      as,
    );
  }

  /** Names of hosts as addresses; `client` reaches servers through its own cables. */
  private translated(values: Record<string, string>, client: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        if (/(HOSTS?|SEEDS)$/.test(key) && this.addresses.has(value)) return [key, this.reach(client, value)];
        const address = (name: string): string => (this.addresses.has(name) ? this.reach(client, name) : name);
        return [key, value.replace(/(^|\/\/|@)([a-z-]+)(?=:\d)/, (_all, before: string, name: string) => before + address(name))];
      }),
    );
  }

  private reach(client: string, server: string): string {
    const cable = this.cables.get(`${client}→${server}`);
    return cable ? new URL(cable.url).hostname : this.address(server);
  }

  private address(name: string): string {
    return this.addresses.get(name)!;
  }

  /** What a container calls itself. */
  private local(text: string, name: string): string {
    return text.replace(/0\.0\.0\.0|localhost|127\.0\.0\.1/g, this.address(name));
  }

  /** Paths within a container as paths of this machine. */
  private mounted(text: string, mounts: NonNullable<ComposeService['volumes']>): string {
    for (const { type, source, target } of mounts)
      if (text.includes(target)) return text.replace(target, type === 'bind' ? source : join(this.folder, 'volumes', source));
    return text;
  }

  private async cableFor(client: string, server: string): Promise<void> {
    const key = `${client}→${server}`;
    if (this.cables.has(key)) return;
    const host = `${this.net}.${100 + this.cables.size}`;
    this.cables.set(key, await cableTo(`http://${this.address(server)}:${CABLED[server]}`, { host, port: CABLED[server]! }));
  }

  /** As the image's own entry script does it: makes the cluster with the superuser and password that it is given, then serves it. */
  private async databaseOf({
    name,
    user,
    passwordFile,
  }: {
    name: string;
    user: string;
    passwordFile: string;
  }): Promise<Pick<Launch, 'argv' | 'env' | 'cwd'>> {
    const programs = await findPostgres();
    if (programs === null) throw new Error('PostgreSQL’s server programs are not installed: scripts/system-packages.sh does it.');
    const data = join(this.folder, 'volumes', name);
    const sockets = join(this.folder, `sockets-${name}`);
    await initDatabase({ programs, data, sockets, user, passwordFile });
    const owner = await postgresUser();
    const as = owner === null ? [] : ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
    const argv = [...as, join(programs, 'postgres'), '-D', data, '-h', this.address(name), '-p', '5432', '-k', sockets];
    return { argv, cwd: data, env: { ...this.common(), PGHOST: sockets, PATH: `${programs}:${this.common().PATH}` } };
  }

  // ------------------------------------------------------------------------------------------------------------- use

  /** `docker compose run --rm worker ARGS`. */
  async billing(args: string[], changes: Record<string, string> = {}): Promise<Run> {
    const launch = await this.launchOf('worker', this.file.services.worker!, '');
    const argv = [...this.entrypoint.map((word) => (word === 'node' ? process.execPath : word)), ...args];
    return this.execute(argv, { ...launch.env, ...this.translated(changes, '') }, launch.cwd);
  }

  private execute(argv: string[], env: Record<string, string>, cwd: string): Promise<Run> {
    const startedAt = Date.now();
    const seconds = (): number => (Date.now() - startedAt) / 1000;
    const [program, ...args] = argv as [string, ...string[]];
    return run(program, args, { env, cwd, timeout: COMMAND_WITHIN_MS, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr, seconds: seconds() }),
      ({ code, stdout = '', stderr = '', message }: { code?: number; stdout?: string; stderr?: string; message: string }) => ({
        code: typeof code === 'number' ? code : -1,
        stdout,
        stderr: typeof code === 'number' ? stderr : `${stderr}\n${message}`,
        seconds: seconds(),
      }),
    );
  }

  /** Temporal's own command line, as a person uses it. */
  temporal(...args: string[]): Promise<Run> {
    const described = this.file.services['temporal-setup']!;
    const env = { ...this.common(), ...this.environmentOf('temporal-setup', described, '') };
    return this.execute([join(this.folder, 'bin', 'temporal'), ...args], env, this.folder);
  }

  async control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.sandboxUrl}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async close(): Promise<void> {
    const order = [...this.services.values()].reverse();
    for (const service of order) await service.stop('SIGKILL');
    for (const cable of this.cables.values()) cable.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private logOf(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  /** A program of PostgreSQL's, as the stack's own user. */
  async database(program: string, ...args: string[]): Promise<string> {
    const { env } = this.service('postgresql').launch;
    const { stdout } = await run(program, ['--username', 'temporal', ...args], { env, cwd: '/', maxBuffer: 1024 ** 3 });
    return stdout;
  }

  /** The same, with what it says in a file. */
  async databaseInto(file: string, program: string, ...args: string[]): Promise<void> {
    await writeFile(file, await this.databaseBytes(program, ...args));
  }

  private async databaseBytes(program: string, ...args: string[]): Promise<Buffer> {
    const { env } = this.service('postgresql').launch;
    const options = { env, cwd: '/', maxBuffer: 1024 ** 3, encoding: 'buffer' as const };
    return (await run(program, ['--username', 'temporal', ...args], options)).stdout;
  }

  async sql(...args: string[]): Promise<string> {
    return this.database('psql', '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', ...args);
  }
}
