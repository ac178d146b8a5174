import { readdirSync, readFileSync } from 'node:fs';

/**
 * The worlds of `sandbox/worlds`, each with what is expected of it next to it: days on which something happens, a month is billed, and Autotask holds what is
 * written there. The expected states are worked out by hand from the rules.
 */
export interface Expected {
  /** What the world shows, in a sentence. */
  shows: string;
  /** Numbers of the rules it is about. */
  rules: string[];
  /** Settings of the product for it. */
  settings?: Record<string, string>;
  days: ExpectedDay[];
}

/** A call of the sandbox's control interface. A path like `autotask/unitRows?contractID=101&startDate=2025-10-01` names the record with these values. */
export type ControlCall = [method: string, path: string, body?: unknown];

export interface ExpectedDay {
  month: string;
  asOf: string;
  /** What people do before. */
  meanwhile?: ControlCall[];
  /** What people do between the plan and its first write. */
  beforeWrites?: ControlCall[];
  /** What `plan` shows beforehand: the steps in words. Not looked at when absent. */
  plans?: string[];
  /** Fault rules while the month is billed; they are cleared afterwards. */
  faults?: unknown[];
  /** Released beforehand with `approve`, by exactly the plan that waits. */
  approves?: true;
  /** Sums of the result, "sales / cost"; those that are nothing are left out. */
  result: Partial<Record<Sum, string>>;
  /** What became of the items, by subscription. */
  items: Record<string, string>;
  /** What Autotask holds afterwards, by subscription. Not looked at when absent. */
  holds?: Record<string, string[]>;
  /** Passages of `billing report`. */
  says?: string[];
  /** What a further plan would still do. Nothing after the last day, when absent. */
  left?: string[];
}

export const SUMS = ['report', 'posted', 'held', 'excluded', 'awaiting', 'ghosts', 'unassigned'] as const;
export type Sum = (typeof SUMS)[number];

export interface WorldFile {
  name: string;
  world: Record<string, unknown>;
  expected: Expected;
}

const folder = new URL('../../sandbox/worlds/', import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;

/** Names of the only worlds to play, while one is being written: WORLDS=renewed,credit-only. */
const ONLY = process.env.WORLDS?.split(',');

/** Every world with an expectation; the September story has a test of its own. */
export const worldFiles = (): WorldFile[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.expected.json'))
    .map((file) => file.replace('.expected.json', ''))
    .filter((name) => ONLY?.includes(name) ?? true)
    .sort()
    .map((name) => ({ name, world: read(`${name}.json`), expected: read(`${name}.expected.json`) }));

/** Worlds without an expectation next to them. */
export const unexpected = (): string[] => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.filter((file) => !file.endsWith('.expected.json') && !files.includes(file.replace('.json', '.expected.json')));
};
