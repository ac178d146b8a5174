import { describe, expect, test } from '@jest/globals';
import { Gate, type GateClock } from '../../shared/autotask/gate.js';

/** The gate before Autotask: calls per rolling hour, threads per endpoint. Its clock is given, not waited for. */

const HOUR_MS = 3_600_000;

function clockAt(start: number): GateClock & { slept: number[] } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

const pass = (gate: Gate, endpoint = 'contracts'): Promise<string> =>
  gate.pass(endpoint, undefined, () => Promise.resolve('answer'));

describe('the gate', () => {
  test('passes an hour’s budget, then the next call an hour later', async () => {
    const clock = clockAt(1_000_000);
    const gate = new Gate({ callsPerHour: 3, threads: 2 }, clock);
    for (let call = 0; call < 4; call += 1) await pass(gate);
    expect(clock.slept.reduce((sum, slept) => sum + slept, 0)).toBe(HOUR_MS);
    expect(gate.lastHour()).toBe(1);
  });

  test('limits requests in flight per endpoint and blocks no other endpoint', async () => {
    const gate = new Gate({ callsPerHour: 1000, threads: 2 }, clockAt(0));
    let inFlight = 0;
    let most = 0;
    const request = async (): Promise<void> => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight -= 1;
    };
    await Promise.all(Array.from({ length: 12 }, () => gate.pass('contracts', undefined, request)));
    expect(most).toBe(2);
    let free!: () => void;
    const busy = [0, 1].map(() => gate.pass('contracts', undefined, () => new Promise<void>((resolve) => (free = resolve))));
    await expect(pass(gate, 'services')).resolves.toBe('answer');
    free();
    await busy[1];
  });

  test('gives the thread back when a request fails', async () => {
    const gate = new Gate({ callsPerHour: 1000, threads: 1 }, clockAt(0));
    await expect(gate.pass('contracts', undefined, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    await expect(pass(gate)).resolves.toBe('answer');
  });

  test('stands still for as long as the server asked', async () => {
    const clock = clockAt(0);
    const gate = new Gate({ callsPerHour: 1000, threads: 1 }, clock);
    gate.refused(7000);
    await pass(gate);
    expect(clock.slept).toEqual([7000]);
  });

  test('counts the calls of one piece of work alone', async () => {
    const gate = new Gate({ callsPerHour: 1000, threads: 2 }, clockAt(0));
    const [first, second] = await Promise.all([
      gate.count(async () => void (await pass(gate))),
      gate.count(async () => void (await Promise.all([pass(gate), pass(gate, 'services')]))),
    ]);
    expect([first.calls, second.calls]).toEqual([1, 2]);
    expect(gate.lastHour()).toBe(3);
  });

  // Two of them together never pass the budget.
  test('a process that takes over continues the count of calls', async () => {
    const clock = clockAt(1_000_000);
    const sent: number[] = [];
    const [first, second] = [0, 1].map(() => new Gate({ callsPerHour: 4, threads: 1 }, clock)) as [Gate, Gate];
    const send = (gate: Gate): Promise<number> =>
      gate.pass('contracts', undefined, () => Promise.resolve(sent.push(clock.now())));
    for (let call = 0; call < 3; call += 1) await send(first);
    second.inherit(first.usage());
    expect(second.quota().left).toBe(1);
    for (let call = 0; call < 3; call += 1) await send(second);
    // And back: what either has sent is counted once.
    first.inherit(second.usage());
    for (let call = 0; call < 3; call += 1) await send(first);
    for (const at of sent) expect(sent.filter((other) => other > at - HOUR_MS && other <= at).length).toBeLessThanOrEqual(4);
    expect(sent).toHaveLength(9);
    expect(clock.now() - 1_000_000).toBeLessThan(3 * HOUR_MS);
  });
});
