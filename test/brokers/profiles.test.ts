import { describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../shared/config.js';
import { findProfile, hasBrokersFolder, profiles, servedProfiles, withBroker } from '../../shared/brokers/profiles.js';
import { profileText } from '../../shared/brokers/template.js';
import { ConfigError } from '../../shared/environment.js';
import { parseEnv } from 'node:util';
import { COMPLETE_SETTINGS } from '../settings.js';
import { folderWith, writeSettings } from './folder.js';

const said = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing';
};

const ACME = { ...COMPLETE_SETTINGS, CLOUDMORE_PASSWORD: 'ac$me#1' };
const BETA = { ...COMPLETE_SETTINGS, AUTOTASK_USERNAME: 'beta@b.example' };

describe('a broker named on the command line', () => {
  const folder = folderWith({
    'brokers/acme.env': ACME,
    'brokers/beta.env': BETA,
    '.env.laptop': BETA,
    '.env.example': BETA,
    '.env.local': { FOO: 'x' },
  });

  test('has its file’s settings; the file’s name is its label', () => {
    const config = loadConfig(withBroker({}, 'acme', folder));
    expect([config.broker, config.cloudmore.password.reveal()]).toEqual(['acme', 'ac$me#1']);
  });

  test('may have its file next to .env', () =>
    expect(withBroker({}, 'laptop', folder)).toMatchObject({ BILLING_BROKER: 'laptop', ...BETA }));

  test('gets nothing of another broker from shell or .env', () => {
    const other = {
      ...COMPLETE_SETTINGS,
      NOTICE_WEBHOOK: 'https://other.example/hook',
      BILLING_MODE: 'auto',
      AUTOTASK_SECRET_FILE: '/other',
      BREAKERS: 'off',
      BILLING_BROKER: 'other',
    };
    expect(withBroker(other, 'acme', folder)).toEqual({
      ...ACME,
      BILLING_BROKER: 'acme',
      BILLING_KEYS: join('.billing/keys', 'acme'),
    });
    writeSettings(join(folder, 'brokers/empty.env'), { BILLING_MODE: 'shadow' });
    expect(said(() => loadConfig(withBroker(other, 'empty', folder)))).toMatch(
      /CLOUDMORE_PASSWORD: is not set[\s\S]*AUTOTASK_SECRET: is not set/,
    );
  });

  test('a blank in its file hides the environment’s value', () => {
    writeSettings(join(folder, 'brokers/blank.env'), { ...ACME, AUTOTASK_SECRET: '' });
    expect(withBroker({ AUTOTASK_SECRET: 'leaked' }, 'blank', folder).AUTOTASK_SECRET).toBeUndefined();
  });

  test('shares what is about the installation: the file wins over the environment', () => {
    const around = {
      TEMPORAL_ADDRESS: 't:7233',
      BILLING_EVIDENCE: 'file:/e',
      LOG_LEVEL: 'debug',
      PATH: '/bin',
      BILLING_KEYS: '/keys',
    };
    expect(withBroker(around, 'beta', folder)).toEqual({
      ...around,
      ...BETA,
      BILLING_BROKER: 'beta',
      BILLING_KEYS: '/keys/beta',
    });
    writeSettings(join(folder, 'brokers/own.env'), { ...BETA, TEMPORAL_NAMESPACE: 'own', BILLING_KEYS: '/old/keys' });
    expect(withBroker({ ...around, TEMPORAL_NAMESPACE: 'all' }, 'own', folder)).toMatchObject({
      TEMPORAL_NAMESPACE: 'own',
      BILLING_KEYS: '/old/keys',
    });
  });

  test('that nobody knows is answered with the nearest name and all names', () => {
    expect(said(() => findProfile({}, 'acmee', folder))).toMatch(
      /There is no broker "acmee": neither .*brokers\/acmee\.env nor \.env\.acmee\. Did you mean "acme"\? There are acme, .*laptop.*billing brokers add acmee/,
    );
    expect(said(() => findProfile({}, 'ACME', folder))).toContain('Did you mean "acme"?');
    expect(said(() => findProfile({}, '../acme', folder))).toContain('There is no broker "../acme"');
    expect(said(() => findProfile({}, 'local', folder))).toContain('There is no broker "local"');
  });

  test('whose file says it is another one is refused', () => {
    writeSettings(join(folder, 'brokers/moved.env'), { ...ACME, BILLING_BROKER: 'acme' });
    expect(said(() => withBroker({}, 'moved', folder))).toMatch(/BILLING_BROKER: .*moved\.env says "acme"; expected moved/);
  });

  test('that two files describe is refused, under whatever case', () => {
    const two = folderWith({ 'brokers/acme.env': ACME, '.env.Acme': BETA });
    expect(() => findProfile({}, 'acme', two)).toThrow(ConfigError);
    expect(said(() => findProfile({ ...ACME, BILLING_BROKER: 'acme' }, 'acme', folder))).toMatch(
      /acme\.env and the environment or \.env .*describe one broker|the environment or \.env .* and .*acme\.env describe one broker/,
    );
  });

  test('may be the one of .env itself', () =>
    expect(withBroker({ ...ACME, BILLING_BROKER: 'first' }, 'first', folder)).toMatchObject(ACME));
});

describe('the brokers that one worker serves', () => {
  // Not the ones for a laptop, nor what is not a file of settings.
  test('lists the folder’s and the one of .env, nothing else', () => {
    const folder = folderWith({ 'brokers/acme.env': ACME, 'brokers/notes.txt': {}, 'brokers/.env': BETA, '.env.laptop': BETA });
    mkdirSync(join(folder, 'brokers/removed'));
    writeFileSync(join(folder, 'brokers/removed/old.env.2025'), '');
    expect(servedProfiles({ ...BETA }, folder).map(({ name }) => name)).toEqual(['acme', 'default']);
    expect(profiles({}, folder).map(({ name }) => name)).toEqual(['acme', 'laptop']);
  });

  test('are in the folder that BILLING_BROKERS names', () => {
    const folder = folderWith({ 'etc/acme.env': ACME });
    expect([hasBrokersFolder({}, folder), hasBrokersFolder({ BILLING_BROKERS: 'etc' }, folder)]).toEqual([false, true]);
    expect(servedProfiles({ BILLING_BROKERS: 'etc' }, folder)).toEqual([{ name: 'acme', file: join(folder, 'etc/acme.env') }]);
  });
});

test('a new broker’s file asks only for what is needed', () => {
  const text = profileText('acme');
  const empty = Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === '' ? [name] : []));
  expect(empty.sort()).toEqual(Object.keys(COMPLETE_SETTINGS).sort());
  expect(loadConfig({ ...parseEnv(text), ...COMPLETE_SETTINGS })).toMatchObject({ broker: 'acme', mode: 'shadow', warnings: [] });
  expect(() => loadConfig({ ...parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, '')), ...COMPLETE_SETTINGS })).not.toThrow();
});
