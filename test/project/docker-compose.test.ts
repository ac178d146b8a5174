import { describe, expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '../eventually.js';
import { startDevServer } from '../../client/temporal-server/index.js';
import { VARIABLES } from '../../shared/config.js';
import { WEB_VARIABLES } from '../../shared/web-settings.js';
import { COMPOSE_READINGS } from '../compose-readings.js';
import { dockerCompose, findDockerCompose } from './docker-compose-program.js';

interface Service {
  image: string;
  environment?: Record<string, string | null>;
  ports?: { host_ip?: string; target: number }[];
  volumes?: { type: string; source: string; target: string }[];
  depends_on?: Record<string, { condition: string }>;
  profiles?: string[];
  stop_grace_period?: string;
  build?: { context: string };
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  networks?: Record<string, unknown>;
  secrets?: { source: string }[];
  healthcheck?: { test: string[] };
  mem_limit?: string;
  pids_limit?: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = await findDockerCompose().catch((error: Error) => console.warn(error.message));
const withCompose = program === undefined ? test.skip : test;
const compose = (...args: string[]) => dockerCompose(program ?? '', args, root);

const config = async (envFile: string): Promise<Record<string, Service>> => {
  const { stdout } = await compose('--env-file', envFile, '--profile', '*', 'config', '--format', 'json');
  return (JSON.parse(stdout) as { services: Record<string, Service> }).services;
};

/** What the Web UI answers only after Temporal answered it. */
const UI_ANSWERS = '/api/v1/cluster-info';

describe('docker-compose.yml', () => {
  withCompose('is accepted with .env.example without a word', async () => {
    const { stdout, stderr } = await compose('--env-file', '.env.example', '--profile', '*', 'config', '--quiet');
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  });

  withCompose('reads values of .env as we believe it does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'compose-readings-'));
    try {
      await writeFile(join(folder, '.env'), COMPOSE_READINGS.map(([written], at) => `V${at}=${written}\n`).join(''));
      const variables = COMPOSE_READINGS.map((_, at) => `      V${at}:\n`).join('');
      await writeFile(join(folder, 'compose.yaml'), `services:\n  one:\n    image: none\n    environment:\n${variables}`);
      const { stdout } = await dockerCompose(program ?? '', ['config', '--format', 'json'], folder);
      const { environment = {} } = (JSON.parse(stdout) as { services: Record<string, Service> }).services.one!;
      // What is shown can be read as a file once more, so each dollar is two. A variable that nobody set is nothing.
      for (const [at, [written, read]] of COMPOSE_READINGS.entries())
        expect([written, environment[`V${at}`]?.replaceAll('$$', () => '$')]).toEqual([written, read ?? 'pa']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  withCompose('asks for the one thing that must be chosen', async () => {
    await expect(compose('--env-file', '/dev/null', 'config', '--quiet')).rejects.toThrow(
      /POSTGRES_SECRETS.*name a folder of secrets/,
    );
  });

  withCompose('publishes on 127.0.0.1 only, and the database not at all', async () => {
    const services = await config('.env.example');
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published.map((port) => port.target).sort()).toEqual([4010, 4020, 7233, 8080, 8080]);
    expect(published.filter((port) => port.host_ip !== '127.0.0.1')).toEqual([]);
    expect(services.postgresql?.ports).toBeUndefined();
  });

  withCompose('pins every image to a version', async () => {
    const images = Object.values(await config('.env.example')).flatMap(({ image, build }) => (build ? [] : [image]));
    expect(images.filter((image) => !/:\d+\.\d+/.test(image))).toEqual([]);
    expect(images.length).toBeGreaterThan(0);
  });

  withCompose('asks each service that serves somebody for an answer, not only for an open port', async () => {
    const services = await config('.env.example');
    const checks = Object.fromEntries(
      Object.entries(services).flatMap(([name, { healthcheck }]) => (healthcheck ? [[name, healthcheck.test.join(' ')]] : [])),
    );
    expect(checks).toEqual({
      postgresql: expect.stringContaining('select 1'),
      temporal: expect.stringContaining('temporal operator cluster health'),
      worker: expect.stringContaining('/readyz'),
      sandbox: expect.stringContaining('/api/healthcheck'),
      web: expect.stringContaining('/readyz'),
      'temporal-ui': expect.stringContaining(UI_ANSWERS),
      'temporal-ui-readers': expect.stringContaining(UI_ANSWERS),
    });
  });

  withCompose(
    'starts the worker when the namespace is ready, lets it finish a posting, and tells it where the Web UI is',
    async () => {
      const { worker, temporal, 'temporal-setup': setup, 'temporal-schema': schema } = await config('.env.example');
      expect(worker?.depends_on?.['temporal-setup']?.condition).toBe('service_completed_successfully');
      expect(setup?.depends_on?.temporal?.condition).toBe('service_healthy');
      expect(temporal?.depends_on?.['temporal-schema']?.condition).toBe('service_completed_successfully');
      expect(schema?.depends_on?.['postgresql-roles']?.condition).toBe('service_completed_successfully');
      expect(worker?.stop_grace_period).toBe('1m15s');
      expect(worker?.environment?.TZ).toBe('UTC');
      expect(worker?.environment?.TEMPORAL_UI_URL).toBe('http://127.0.0.1:8080');
    },
  );

  withCompose('keeps closed workflows for 90 days, in the namespace of the settings', async () => {
    const { worker, 'temporal-setup': setup, 'temporal-ui': ui } = await config('.env.example');
    expect(setup?.environment).toMatchObject({ RETENTION: '90d', TEMPORAL_NAMESPACE: 'default' });
    expect(worker?.environment?.TEMPORAL_NAMESPACE).toBe('default');
    expect(ui?.environment?.TEMPORAL_DEFAULT_NAMESPACE).toBe('default');
  });

  withCompose('keeps evidence and database on volumes, and starts the sandbox only when asked', async () => {
    const { worker, postgresql, sandbox } = await config('.env.example');
    expect(worker?.volumes).toEqual([
      expect.objectContaining({ type: 'volume', source: 'evidence', target: '/var/lib/billing' }),
    ]);
    expect(worker?.environment?.BILLING_EVIDENCE_FILE).toBe('/run/secrets/evidence_url');
    expect(postgresql?.volumes).toEqual([expect.objectContaining({ type: 'volume', source: 'postgresql' })]);
    expect(sandbox?.profiles).toEqual(['sandbox']);
  });

  withCompose('hands the worker every setting there is', async () => {
    const { worker } = await config('.env.example');
    const handedOn = Object.keys(worker?.environment ?? {});
    expect(VARIABLES.filter((name) => !handedOn.includes(name))).toEqual([]);
    expect(worker?.environment?.BILLING_MODE).toBe('shadow');
  });

  withCompose('hands the page for finance what it reads, and no secret of a vendor', async () => {
    const { web } = await config('.env.example');
    const handedOn = Object.keys(web?.environment ?? {});
    expect(WEB_VARIABLES.filter((name) => !handedOn.includes(name))).toEqual([]);
    expect(handedOn.filter((name) => /^(CLOUDMORE|AUTOTASK|NOTICE)_/.test(name))).toEqual([]);
    expect(web?.environment?.BILLING_EVIDENCE_FILE).toBe('/run/secrets/evidence_url');
    expect(web?.profiles).toEqual(['web']);
  });

  withCompose('lets readers of the Web UI steer nothing', async () => {
    const { 'temporal-ui-readers': readers, 'temporal-ui': operators } = await config('.env.example');
    expect(readers?.environment?.TEMPORAL_DISABLE_WRITE_ACTIONS).toBe('true');
    expect(operators?.environment?.TEMPORAL_DISABLE_WRITE_ACTIONS).toBeUndefined();
    expect(readers?.profiles).toEqual(['readers']);
  });

  withCompose('ends a service before it takes the host from the others', async () => {
    const limits = Object.entries(await config('.env.example')).map(([name, { mem_limit, pids_limit }]) => ({
      name,
      mem_limit,
      pids_limit,
    }));
    expect(limits.filter((one) => one.mem_limit === undefined || one.pids_limit === undefined)).toEqual([]);
  });

  withCompose('gives no service rights it does not need, nor a file system to write to', async () => {
    for (const [name, service] of Object.entries(await config('.env.example')))
      expect([name, service]).toEqual([
        name,
        expect.objectContaining({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], read_only: true }),
      ]);
  });

  withCompose(
    'lets nobody but Temporal and our own processes reach the database, the Web UI only Temporal, and the sandbox nobody',
    async () => {
      const services = await config('.env.example');
      const on = (network: string): string[] =>
        Object.keys(services)
          .filter((name) => network in (services[name]?.networks ?? {}))
          .sort();
      expect(on('database')).toEqual(['postgresql', 'postgresql-roles', 'temporal', 'temporal-schema', 'web', 'worker']);
      expect(on('ui')).toEqual(['temporal', 'temporal-ui', 'temporal-ui-readers', 'web']);
      expect(on('sandbox')).toEqual(['sandbox', 'worker']);
      expect(on('default')).toEqual([]);
      const { stdout } = await compose('--env-file', '.env.example', '--profile', '*', 'config', '--format', 'json');
      const { networks } = JSON.parse(stdout) as { networks: Record<string, { internal?: boolean; driver_opts?: object }> };
      expect(networks.database?.internal).toBe(true);
      for (const name of ['ui', 'sandbox'])
        expect(networks[name]?.driver_opts).toEqual({ 'com.docker.network.bridge.enable_ip_masquerade': 'false' });
    },
  );

  withCompose('hands each service the passwords of its own roles as files, and none in an environment', async () => {
    const services = await config('.env.example');
    const secretsOf = (name: string): string[] => (services[name]?.secrets ?? []).map(({ source }) => source).sort();
    const given = Object.fromEntries(
      Object.keys(services)
        .map((name) => [name, secretsOf(name)] as const)
        .filter(([, secrets]) => secrets.length > 0),
    );
    const temporals = ['temporal_password', 'temporal_visibility_password'];
    expect(given).toEqual({
      postgresql: ['postgres_password'],
      'postgresql-roles': ['evidence_url', 'postgres_password', ...temporals],
      'temporal-schema': temporals,
      temporal: temporals,
      worker: ['evidence_url'],
      web: ['evidence_url'],
    });
    const inTheClear = Object.values(services).flatMap(({ environment = {} }) =>
      Object.keys(environment).filter((name) => /(PASSWORD|PWD)$/.test(name)),
    );
    expect(inTheClear).toEqual(['CLOUDMORE_PASSWORD']);
  });

  withCompose('names only files that exist', async () => {
    const services = await config('.env.example');
    const sources = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.filter(({ type }) => type === 'bind').map(({ source }) => source),
    );
    const scripts = Object.values(services).flatMap(({ build }) => (build ? [`${build.context}/Dockerfile`] : []));
    expect([...sources, ...scripts].filter((path) => !existsSync(path))).toEqual([]);
  });
});

test('the Web UI passes its health check with Temporal’s answer', async () => {
  const server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI!, ui: true });
  try {
    // The page may listen a moment before it has reached Temporal.
    const answer = await eventually(
      async () => fetch(new URL(UI_ANSWERS, server.uiUrl)).then(async (got) => ({ status: got.status, body: await got.json() })),
      ({ status }) => status === 200,
      180_000,
    );
    expect(answer.body).toEqual(expect.objectContaining({ serverVersion: expect.any(String) }));
  } finally {
    await server.stop();
  }
});

test('the image needs only existing files that .dockerignore allows', async () => {
  const dockerfile = await readFile(`${root}Dockerfile`, 'utf8');
  const ignore = await readFile(`${root}.dockerignore`, 'utf8');
  const allowed = [...ignore.matchAll(/^!(.+)$/gm)].map(([, path]) => path ?? '');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap(([, paths]) => (paths ?? '').split(' '))
    .filter((path) => path !== '.');
  expect([...copied, ...allowed].filter((path) => !existsSync(root + path))).toEqual([]);
  expect(copied.filter((path) => !allowed.includes(path))).toEqual([]);
  expect(allowed).toEqual(
    expect.arrayContaining(['scripts', 'workflows', 'activities', 'worker', 'client', 'shared', 'sandbox']),
  );
});

test('every image of others is named by its digest', async () => {
  const check = promisify(execFile)('sh', [`${root}deploy/pin-images.sh`, '--check']);
  expect(await check).toEqual({ stdout: '', stderr: '' });
});

describe('deploy/pin-images.sh', () => {
  const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
  const withoutDigests = (text: string): string => text.replaceAll(/@sha256:[0-9a-f]{64}/g, '');

  async function pin(...args: string[]): Promise<{ folder: string; stdout: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'pin-'));
    await cp(`${root}deploy`, join(folder, 'deploy'), { recursive: true });
    for (const file of ['docker-compose.yml', 'Dockerfile'])
      await writeFile(join(folder, file), withoutDigests(await readFile(root + file, 'utf8')));
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin/docker'), `#!/bin/sh\necho ${DIGEST}\n`, { mode: 0o755 });
    const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    const run = (...given: string[]) => promisify(execFile)('sh', [join(folder, 'deploy/pin-images.sh'), ...given], { env });
    const { stdout } = await run(...args);
    return { folder, stdout };
  }

  test('names every image without a digest', async () => {
    await expect(pin('--check')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^postgres:[^@]*without a digest[^]*^temporalio\/ui:[^]*^node:/m),
    });
  });

  test('writes the registry’s digest behind every tag, nothing else', async () => {
    const { folder } = await pin();
    for (const file of ['docker-compose.yml', 'Dockerfile']) {
      const pinned = await readFile(join(folder, file), 'utf8');
      expect(pinned.match(new RegExp(`@${DIGEST}`, 'g'))).toHaveLength(file === 'Dockerfile' ? 1 : 4);
      expect(pinned.replaceAll(`@${DIGEST}`, '')).toBe(withoutDigests(await readFile(root + file, 'utf8')));
    }
    const check = promisify(execFile)('sh', [join(folder, 'deploy/pin-images.sh'), '--check']);
    expect(await check).toEqual({ stdout: '', stderr: '' });
    await rm(folder, { recursive: true });
  });

  test('covers every image that is not built here', async () => {
    const file = await readFile(`${root}docker-compose.yml`, 'utf8');
    const own = /^cloudmore-autotask-billing(-rehearsal)?:/;
    const others = [...file.matchAll(/^ {4}image: (.*)$/gm)].map(([, image]) => image ?? '').filter((image) => !own.test(image));
    expect(others.filter((image) => !image.startsWith('*'))).toEqual([]);
    const dockerfile = await readFile(`${root}Dockerfile`, 'utf8');
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
      '${NODE_IMAGE}',
      '${NODE_IMAGE}',
      'base',
      'base',
    ]);
  });
});

describe('deploy/temporal/create-namespace.sh', () => {
  const address = process.env.TEST_TEMPORAL_ADDRESS ?? '';
  const namespace = `compose-${process.pid}`;

  async function createNamespace(): Promise<void> {
    const cli = process.env.TEST_TEMPORAL_CLI ?? '';
    const env = {
      PATH: `${dirname(cli)}:${process.env.PATH}`,
      HOME: root,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      RETENTION: '90d',
    };
    await promisify(execFile)('sh', [`${root}deploy/temporal/create-namespace.sh`], { env });
  }

  test('creates namespace and search attributes, and may be repeated', async () => {
    await createNamespace();
    await createNamespace();
    const connection = await Connection.connect({ address });
    try {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 60 * 60);
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(customAttributes ?? {})).toEqual(
        expect.arrayContaining(['BillingBroker', 'BillingMonth', 'BillingOrganization', 'BillingStatus']),
      );
    } finally {
      await connection.close();
    }
  });
});
