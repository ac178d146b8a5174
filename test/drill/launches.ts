import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findPostgres } from '../../bench/postgres-server.js';
import type { Image } from '../project/image.js';
import { milliseconds, type ComposeFile, type ComposeService } from './compose.js';
import { initDatabase, postgresUser } from './database.js';
import type { Network } from './network.js';
import type { Launch } from './service.js';

/** How a service of the file is started in the host's terms: its program, environment and folder, with paths and names of hosts translated. */

export interface Place {
  /** The stack's own. */
  folder: string;
  network: Network;
  file: ComposeFile;
  /** Where the product's images lie, and what they run. */
  image: Image;
  entrypoint: string[];
}

export class Launches {
  constructor(private readonly place: Place) {}

  /** `as`: whose cables it uses. */
  async of(name: string, as = name): Promise<Launch> {
    const service = this.place.file.services[name]!;
    const launch = {
      env: this.environmentOf(name, as),
      cwd: this.place.folder,
      restarts: service.restart === 'unless-stopped',
      stopSignal: 'SIGTERM' as NodeJS.Signals,
      stopWithinMs: milliseconds(service.stop_grace_period ?? '10s'),
    };
    if (name === 'postgresql') {
      const passwordFile = this.place.file.secrets[service.secrets![0]!.source]!.file;
      const database = await this.ofDatabase({ name, user: service.environment!.POSTGRES_USER!, passwordFile });
      return { ...launch, ...database, stopSignal: 'SIGINT' };
    }
    if (service.image.startsWith('cloudmore-autotask-billing'))
      return {
        ...launch,
        argv: this.own(...(service.command ?? []).map((word) => this.place.network.local(word, name))),
        cwd: service.image.includes('-rehearsal:') ? this.place.image.rehearsal : this.place.image.folder,
      };
    const isOfDatabase = service.image === this.place.file.services.postgresql!.image;
    return { ...launch, ...(await this.ofImage(name, service)), env: isOfDatabase ? await withPostgres(launch.env) : launch.env };
  }

  /** The product's own program with these arguments. */
  own(...args: string[]): string[] {
    return [...this.place.entrypoint, ...args].map((word) => (word === 'node' ? process.execPath : word));
  }

  /** The service's environment, as the file and its secrets give it. */
  environmentOf(name: string, as: string): Record<string, string> {
    const { file, network } = this.place;
    const { environment = {}, secrets = [], volumes = [] } = file.services[name]!;
    const set = Object.entries(environment).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
    const files = Object.fromEntries(
      secrets.map(({ source, target }) => [target ?? `/run/secrets/${source}`, file.secrets[source]!.file]),
    );
    const local = set.map(([key, value]) => [key, files[value] ?? network.local(this.mounted(value, volumes), name)]);
    return { ...this.common(), ...network.translated(Object.fromEntries(local) as Record<string, string>, as) };
  }

  /** As the image's own entry script does it: makes the cluster with the superuser and password that it is given, then serves it. */
  async ofDatabase({
    name,
    user,
    passwordFile,
  }: {
    name: string;
    user: string;
    passwordFile: string;
  }): Promise<Pick<Launch, 'argv' | 'env' | 'cwd'>> {
    const { folder, network } = this.place;
    const programs = await findPostgres();
    if (programs === null) throw new Error('PostgreSQL’s server programs are not installed: scripts/system-packages.sh does it.');
    const data = join(folder, 'volumes', name);
    const sockets = join(folder, `sockets-${name}`);
    await initDatabase({ programs, data, sockets, user, passwordFile });
    const owner = await postgresUser();
    const as = owner === null ? [] : ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
    const argv = [...as, join(programs, 'postgres'), '-D', data, '-h', network.address(name), '-p', '5432', '-k', sockets];
    return { argv, cwd: data, env: { ...this.common(), PGHOST: sockets, PATH: `${programs}:${this.common().PATH}` } };
  }

  /** Somebody else's image: its entry point in a folder that has what the file mounts. */
  private async ofImage(name: string, { volumes = [], entrypoint = [] }: ComposeService): Promise<Pick<Launch, 'argv' | 'cwd'>> {
    const cwd = join(this.place.folder, 'roots', name);
    await mkdir(cwd, { recursive: true });
    for (const { source, target } of volumes.filter((mount) => mount.target.startsWith('/etc/temporal/'))) {
      const path = join(cwd, target.slice('/etc/temporal/'.length));
      await mkdir(dirname(path), { recursive: true });
      await symlink(source, path).catch(() => undefined); // it is there already when the service is started once more
    }
    return { argv: entrypoint.map((word) => this.mounted(word, volumes)), cwd };
  }

  private common(): { PATH: string; HOME: string } {
    return { PATH: `${join(this.place.folder, 'bin')}:${process.env.PATH ?? ''}`, HOME: process.env.HOME ?? '' };
  }

  /** Paths within a container as paths of this machine. */
  private mounted(text: string, mounts: NonNullable<ComposeService['volumes']>): string {
    for (const { type, source, target } of mounts)
      if (text.includes(target))
        return text.replace(target, type === 'bind' ? source : join(this.place.folder, 'volumes', source));
    return text;
  }
}

/** With PostgreSQL's own programs, as its image has them. */
async function withPostgres(env: Record<string, string>): Promise<Record<string, string>> {
  return { ...env, PATH: `${(await findPostgres()) ?? ''}:${env.PATH}` };
}
