import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { loadConfig, VARIABLES } from '../../shared/config.js';
import { WEB_VARIABLES } from '../../shared/web-settings.js';
import { ConfigError } from '../../shared/environment.js';

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const asItStands = parseEnv(text);
/** With every setting that is commented out, at the value it shows. */
const everything = parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, ''));
const required = Object.keys(asItStands).filter((name) => asItStands[name] === '');
const filledIn = Object.fromEntries(required.map((name) => [name, '1']));

test('.env.example has every setting', () => {
  expect(text).toContain('NAME_FILE=/path');
  expect([...VARIABLES, ...WEB_VARIABLES].filter((name) => !(name in everything) && !name.endsWith('_FILE'))).toEqual([]);
});

test('.env.example leaves exactly the required settings empty', () => {
  const problems = (): string[] => {
    try {
      loadConfig(asItStands);
    } catch (error) {
      if (error instanceof ConfigError) return error.problems.map((problem) => problem.split(':')[0] ?? '');
    }
    return [];
  };
  expect(problems().sort()).toEqual([...required].sort());
});

test('the values that are commented out are the defaults', () => {
  const { CLOUDMORE_URL, AUTOTASK_URL, ...shown } = everything;
  expect([CLOUDMORE_URL, AUTOTASK_URL]).toEqual(['', '']);
  expect(loadConfig({ ...shown, ...filledIn })).toEqual({ ...loadConfig(filledIn), isModeSet: true, warnings: [] });
});

test('a new installation starts in shadow mode', () => {
  expect(loadConfig({ ...asItStands, ...filledIn }).mode).toBe('shadow');
});
