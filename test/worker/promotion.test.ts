import { describe, expect, test } from '@jest/globals';
import { versionBefore } from '../../client/commands/deploy.js';
import { deploymentName } from '../../shared/messages/names.js';
import type { Deployment, Version } from '../../worker/versions/deployment.js';
import { isDue, whyUnregistered } from '../../worker/versions/promoter.js';

/** When a version of the worker becomes the current one without being asked, and which one a rollback goes back to. */

const day = (number: number): Date => new Date(Date.UTC(2025, 9, number));
const version = (buildId: string, created: number, lastCurrent: number | null, isServed = true): Version => ({
  buildId,
  createdAt: day(created),
  lastCurrentAt: lastCurrent === null ? null : day(lastCurrent),
  isServed,
});
const of = (current: string | null, ...versions: Version[]): Deployment => ({ name: 'billing-default', current, versions });

describe('a version becomes the current one automatically', () => {
  test.each<[string, Deployment, { itself: boolean; byHand: boolean }]>([
    ['where none is', of(null), { itself: true, byHand: true }],
    ['where it is new', of('a', version('b', 2, null), version('a', 1, 1)), { itself: true, byHand: false }],
    [
      'where nobody serves the current one',
      of('a', version('b', 2, 2), version('a', 1, 3, false)),
      { itself: true, byHand: false },
    ],
    ['but not where it was rolled back', of('a', version('b', 2, 2), version('a', 1, 3)), { itself: false, byHand: false }],
    ['nor before Temporal knows it', of('a', version('a', 1, 1)), { itself: false, byHand: false }],
    [
      'nor where a newer one starts, too',
      of('a', version('c', 3, null), version('b', 2, null), version('a', 1, 1)),
      { itself: false, byHand: false },
    ],
  ])('%s', (_case, deployment, { itself, byHand }) => {
    expect(isDue(deployment, 'b', 'itself')).toBe(itself);
    expect(isDue(deployment, 'b', 'by-hand')).toBe(byHand);
  });
});

// Of 300 brokers in one namespace 200 were not billed, and nobody said so.
test('a broker above the limit of deployments is told why nothing runs', () => {
  expect(whyUnregistered(of(null), 'b')).toMatch(/nothing of this broker is billed.* matching\.maxDeployments/);
  expect(whyUnregistered(of(null, version('a', 1, null)), 'b')).not.toBeNull();
  expect(whyUnregistered(of('a', version('b', 2, null), version('a', 1, 1)), 'b')).toBeNull();
});

describe('a rollback', () => {
  test('returns to the last current version with a worker', () => {
    const versions = [version('d', 4, 4), version('c', 3, 3, false), version('b', 2, 2), version('a', 1, 1)];
    expect(versionBefore(of('d', ...versions))).toBe('b');
  });

  test('does not go to one that never was', () => {
    expect(versionBefore(of('a', version('b', 2, null), version('a', 1, 1)))).toBeUndefined();
  });
});

test('brokers whose names differ in a dot have deployments of their own', () => {
  expect(deploymentName('a.b')).not.toBe(deploymentName('a-b'));
});
