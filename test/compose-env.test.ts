import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readAsCompose, readDifferently } from '../shared/compose-env.js';
import { COMPOSE_READINGS, OUR_READINGS } from './compose-readings.js';

/** One `.env` file, read by Docker Compose for the worker and by Node for the commands. */

describe('A value of .env', () => {
  test.each(COMPOSE_READINGS)('written %j is %j to Docker Compose', (written, read) => {
    expect(readAsCompose(`BEFORE=1\nX=${written}\nAFTER=2\n`)).toEqual({
      values: new Map([
        ['BEFORE', '1'],
        ['X', read],
        ['AFTER', '2'],
      ]),
      brokenAt: null,
    });
  });

  test.each(COMPOSE_READINGS)('names %j exactly when commands read another value than %j', (written, read) => {
    const ours = written in OUR_READINGS ? OUR_READINGS[written] : read;
    expect(readDifferently(`X=${written}\n`)).toEqual({ names: ours === read ? [] : ['X'], brokenAt: null });
  });

  test('single quotes mean the same to both, whatever the password', () => {
    const all = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => at + 32)).replaceAll(/['\\]/g, '');
    expect(readDifferently(`X='${all}'`)).toEqual({ names: [], brokenAt: null });
    expect(readAsCompose(`X='${all}'`).values.get('X')).toBe(all);
  });
});

describe('A .env file', () => {
  test('reads comments, blanks, export and YAML as Compose does', () => {
    const { values, brokenAt } = readAsCompose(
      '\ufeff# a\n\n  # b\nexport A=1\nB: 2\nINHERITED\n\n#C=3\nD=4'.replace('\ufeff', ''),
    );
    expect([[...values], brokenAt]).toEqual([
      [
        ['A', '1'],
        ['B', '2'],
        ['D', '4'],
      ],
      null,
    ]);
  });

  test.each([
    ["A=1\nX='never closed\n", 2],
    ['A=1\nB=2\nX Y=3\n', 3],
    ['A=1\n!=2\n', 2],
  ])('that Compose refuses is broken: %j', (text, line) => {
    expect(readDifferently(text)).toEqual({ names: [], brokenAt: line });
  });

  test('reads a copy of .env.example the same, comments included', () => {
    const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    for (const each of [text, text.replaceAll(/^#(?=[A-Z_]+=)/gm, '')])
      expect(readDifferently(each)).toEqual({ names: [], brokenAt: null });
  });

  test('of ours shows every secret between single quotes', () => {
    const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    for (const name of [
      'CLOUDMORE_PASSWORD',
      'CLOUDMORE_CLIENT_SECRET',
      'AUTOTASK_SECRET',
      'AUTOTASK_INTEGRATION_CODE',
      'NOTICE_WEBHOOK',
    ])
      expect(text).toMatch(new RegExp(`^#?${name}=''$`, 'm'));
  });
});
