import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { loadBaseConfig, loadConfig, VARIABLES } from '../shared/config.js';
import { readEnvironment, type ConfigError } from '../shared/environment.js';
import { COMPLETE_SETTINGS as COMPLETE } from './settings.js';

/** Settings: all problems at once, no secret shown. */

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('settings', () => {
  test('have the documented defaults', () => {
    const config = loadConfig(COMPLETE);
    expect(config).toMatchObject({
      broker: 'default',
      mode: 'shadow',
      recheckDays: 10,
      schedule: { cron: '0 3 * * *', timeZone: 'UTC' },
      evidence: 'file:.billing/evidence',
      surveyMaxAgeMs: 600_000,
      promotion: 'itself',
    });
    expect(config.autotask).toMatchObject({ url: null, callsPerHour: 5000, threads: 2, subscriptionUdf: 'Subscription ID' });
    expect(config.settings).toMatchObject({ afterFreeze: 'hold', ghostAfterDay: 20, contractInvoiceDescription: '{product}' });
    expect(config.settings.exportRecordTypes).toHaveLength(9);
  });

  test('names all missing and wrong settings at once', () => {
    const problems = problemsOf({
      ...COMPLETE,
      CLOUDMORE_RESELLER_ID: ' ',
      AUTOTASK_THREADS: '9',
      BILLING_MODE: 'automatic',
      EXPORT_RECORD_TYPES: 'Csp365Nce,Azure',
      AUTOTASK_SLA_ID: 'gold',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'BILLING_MODE',
      'EXPORT_RECORD_TYPES',
      'CLOUDMORE_RESELLER_ID',
      'AUTOTASK_THREADS',
      'AUTOTASK_SLA_ID',
    ]);
    expect(problems.join('\n')).toContain('expected shadow, approve or auto (found "automatic")');
    // It was said to be not set, with what was found next to it.
    expect(problems.at(-1)).toMatch(/^AUTOTASK_SLA_ID: expected a value of the picklist .* \(found "gold"\)$/);
    const { AUTOTASK_SLA_ID: _, ...rest } = COMPLETE;
    expect(problemsOf(rest)).toEqual([expect.stringMatching(/^AUTOTASK_SLA_ID: is not set; expected a value/)]);
  });

  test('that are secret are never shown', () => {
    const config = loadConfig(COMPLETE);
    const shown = `${JSON.stringify(config)} ${inspect(config, { depth: 9 })} ${String(config.autotask.secret)}`;
    expect(shown).not.toMatch(/hunter/);
    expect(problemsOf({ ...COMPLETE, AUTOTASK_SECRET: '', AUTOTASK_THREADS: 'x' }).join()).not.toMatch(/hunter/);
    expect(config.autotask.secret.reveal()).toBe('hunter4');
  });

  test('that are secret can be read from a file', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'billing-secret-')), 'secret');
    writeFileSync(path, 'from file\n');
    const { AUTOTASK_SECRET: _, ...rest } = COMPLETE;
    expect(loadConfig({ ...rest, AUTOTASK_SECRET_FILE: path }).autotask.secret.reveal()).toBe('from file');
  });

  test('reads an evidence address with a password from a file', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'billing-secret-')), 'evidence');
    writeFileSync(path, 'postgres://billing:hunter9@db/billing\n');
    expect(loadConfig({ ...COMPLETE, BILLING_EVIDENCE_FILE: path }).evidence).toBe('postgres://billing:hunter9@db/billing');
  });

  // It may be an address with its password.
  test('never shows a value that holds an @', () => {
    const misplaced = 'postgres://billing:hunter9@db';
    for (const name of VARIABLES.filter((one) => !/^(NOTICE_MAIL|NOTICE_SMTP$)/.test(one)))
      expect([name, problemsOf({ ...COMPLETE, [name]: misplaced }).filter((problem) => problem.includes('hunter'))]).toEqual([
        name,
        [],
      ]);
    expect(problemsOf({ ...COMPLETE, BILLING_MODE: misplaced })).toEqual([
      'BILLING_MODE: expected shadow, approve or auto (found a value that is not shown)',
    ]);
    expect(problemsOf({ ...COMPLETE, EXPORT_RECORD_TYPES: misplaced }).join()).toContain(
      'a value that is not shown is not one of',
    );
  });

  // One that cannot be read was waited for like a server that is away.
  test.each([
    ['postgres://billing:hunter9@db/billing', true],
    ['postgresql:///billing?host=/var/run/postgresql', true],
    ['postgres://billing:hunter 9%@db:5432/billing', true],
    ['postgres://billing:hunter/9@db/billing', false],
    ['postgres://billing:hunter9@db:99999/billing', false],
  ])('take %s for a place of evidence: %p', (place, isOne) => {
    const problems = problemsOf({ ...COMPLETE, BILLING_EVIDENCE: place });
    expect(problems.map((problem) => problem.split(',')[0])).toEqual(
      isOne ? [] : ['BILLING_EVIDENCE: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE'],
    );
  });

  test.each(['..', '.', '-', '../x', 'a/b', 'a.', 'x'.repeat(61)])('do not take "%s" for the name of a broker', (broker) => {
    expect(problemsOf({ ...COMPLETE, BILLING_BROKER: broker }).join()).toContain('a letter or digit first and last');
  });

  test.each([
    ['off', null],
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
  ])('take BILLING_HTTP=%s for where the worker can be watched', (text, address) => {
    expect(loadBaseConfig({ BILLING_HTTP: text }).http).toEqual(address);
  });

  test.each(['9464', 'here', '127.0.0.1:99999'])('do not take "%s" for an address to be watched at', (text) => {
    expect(() => loadBaseConfig({ BILLING_HTTP: text })).toThrow(/BILLING_HTTP/);
  });

  test.each(['a', 'north-wind.2', 'x'.repeat(60)])('take "%s" for the name of a broker', (broker) => {
    expect(loadConfig({ ...COMPLETE, BILLING_BROKER: broker }).broker).toBe(broker);
  });

  test('refuses unknown settings of ours and suggests the nearest names', () => {
    expect(problemsOf({ ...COMPLETE, AUTOTASK_TREADS: '2', BILLINGMODE: 'auto' })).toEqual([
      'AUTOTASK_TREADS is not a setting; did you mean AUTOTASK_THREADS?',
      'BILLINGMODE is not a setting; did you mean BILLING_MODE?',
    ]);
  });

  // It was taken for another program’s, and all record types were billed where one was meant.
  test('refuses a misspelt setting', () => {
    const near = {
      EXPORT_RECORD_TYPE: 'Perpetual',
      EXCLUDED_SERVICES: 'Azure',
      COMPANY_PROPERTYS: 'x',
      FOREIGN_COSTS: 'hold',
      BREAKER: 'off',
    };
    expect(problemsOf({ ...COMPLETE, ...near })).toEqual([
      'EXPORT_RECORD_TYPE is not a setting; did you mean EXPORT_RECORD_TYPES?',
      'EXCLUDED_SERVICES is not a setting; did you mean EXCLUDE_SERVICES?',
      'COMPANY_PROPERTYS is not a setting; did you mean COMPANY_PROPERTY?',
      'FOREIGN_COSTS is not a setting; did you mean FOREIGN_COST?',
      'BREAKER is not a setting; did you mean BREAKERS?',
    ]);
    const others = {
      HOSTNAME: 'here',
      COMPANY: 'x',
      SERVICES: 'x',
      LOGNAME: 'root',
      REPORTS: 'x',
      CSV: 'x',
      TEMPORAL_ADDRESS: 'x',
    };
    expect(problemsOf({ ...COMPLETE, ...others })).toEqual([]);
  });

  // It had no effect, in silence.
  test('refuses a CLOUDMORE_ABSENT that names no member', () => {
    const problems = problemsOf({
      ...COMPLETE,
      COMPANY_PROPERTY: 'AT id',
      CLOUDMORE_ABSENT: 'recordTypes, at ID, ENDDATE, quantity',
    });
    expect(problems.map((problem) => problem.split(' is not one of ')[0])).toEqual([
      'CLOUDMORE_ABSENT: "recordTypes"',
      'CLOUDMORE_ABSENT: "quantity"',
    ]);
  });

  // And no customer of that name.
  test('BILLING_CANARY takes on and off in capitals', () => {
    expect(loadBaseConfig({ BILLING_CANARY: 'OFF' }).canary).toBe('off');
    expect(loadBaseConfig({ BILLING_CANARY: 'Offices Ltd' }).canary).toBe('Offices Ltd');
  });

  test.each([
    ['with a byte order mark', Buffer.from('\u{FEFF}BILLING_BROKER=acme\r\nBILLING_MODE=auto\r\n')],
    ['in UTF-16, as Windows saves it', Buffer.from('\u{FEFF}BILLING_BROKER=acme\r\nBILLING_MODE=auto\r\n', 'utf16le')],
    ['with another blank behind export', Buffer.from('export\tBILLING_BROKER=acme\nexport  BILLING_MODE=auto\n')],
    ['with a byte order mark in the middle', Buffer.from('# acme\n\u{FEFF}BILLING_BROKER=acme\nBILLING_MODE=auto\n')],
    ['in UTF-16 without a mark', Buffer.from('BILLING_BROKER=acme\r\nBILLING_MODE=auto\r\n', 'utf16le')],
  ])('.env is read whole %s', (_how, bytes) => {
    const folder = mkdtempSync(join(tmpdir(), 'billing-env-'));
    writeFileSync(join(folder, '.env'), bytes);
    expect(readEnvironment(folder, {})).toEqual({ BILLING_BROKER: 'acme', BILLING_MODE: 'auto' });
  });

  // Taken for a comment, what somebody had left out was billed.
  test.each([
    'EXPORT_RECORD_TYPES: AzurePlan',
    'EXPORT_RECORD_TYPES AzurePlan',
    'export EXPORT_RECORD_TYPES',
    ' EXPORT_RECORD_TYPES',
  ])('of a .env file are not lost in silence: %s', (line) => {
    const folder = mkdtempSync(join(tmpdir(), 'billing-env-'));
    writeFileSync(join(folder, '.env'), `BILLING_MODE=auto\n${line}\n`);
    expect(() => readEnvironment(folder, {})).toThrow(
      /\.env, line 2: EXPORT_RECORD_TYPES is not set\. Expected EXPORT_RECORD_TYPES=VALUE/,
    );
  });

  test('bills nothing without BILLING_MODE, as the guide says', () => {
    const guide = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, promised] = /It starts in `BILLING_MODE=(\w+)`, which writes nothing and is also the default\./.exec(guide)!;
    for (const environment of [{}, { BILLING_MODE: '' }, { BILLING_MODE: '  ' }])
      expect(loadBaseConfig(environment)).toMatchObject({ mode: promised, isModeSet: false });
    expect(loadBaseConfig({ BILLING_MODE: 'shadow' })).toMatchObject({ mode: 'shadow', isModeSet: true });
  });

  test('of a .env file count less than those of the environment', () => {
    const folder = mkdtempSync(join(tmpdir(), 'billing-env-'));
    writeFileSync(join(folder, '.env'), 'BILLING_BROKER=file\nBILLING_MODE=shadow\n');
    expect(readEnvironment(folder, { BILLING_BROKER: 'real' })).toEqual({ BILLING_BROKER: 'real', BILLING_MODE: 'shadow' });
  });
});
