import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ambient } from '../../shared/http/ambient.js';

test('a value holds within its work, across waits, and nowhere else', async () => {
  const ambient = new Ambient<string>();
  const work = (value: string): Promise<string | undefined> =>
    ambient.run(value, async () => {
      await sleep(1);
      return ambient.get();
    });
  expect(await Promise.all([work('one'), work('other')])).toEqual(['one', 'other']);
  expect(ambient.get()).toBeUndefined();
});

test('one client’s value neither shows nor hides another’s', () => {
  const [ours, theirs] = [new Ambient<string>(), new Ambient<string>()];
  ours.run('ours', () => {
    expect(theirs.get()).toBeUndefined();
    theirs.run('theirs', () => expect([ours.get(), theirs.get()]).toEqual(['ours', 'theirs']));
    ours.run('inner', () => expect(ours.get()).toBe('inner'));
    expect(ours.get()).toBe('ours');
  });
});
