import { describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { logLine, WorkerLog } from '../../client/commands/worker/log-line.js';

const line = (message: string, meta: Record<string, unknown>): unknown =>
  JSON.parse(logLine({ level: 'WARN', timestampNanos: 1_760_000_000_000_000_000n, message, meta }) ?? 'null');

describe('A line of the log', () => {
  test('a failed activity shows its message and its cause', () => {
    const cause = new TypeError('no answer', { cause: new Error('ECONNRESET') });
    const error = ApplicationFailure.create({ type: 'Unavailable', message: 'POST /Charges: the connection broke', cause });
    expect(line('Activity failed', { activityType: 'carryOut', error })).toEqual({
      at: '2025-10-09T08:53:20.000Z',
      level: 'WARN',
      message: 'Activity failed',
      activityType: 'carryOut',
      error: {
        name: 'ApplicationFailure',
        type: 'Unavailable',
        message: 'POST /Charges: the connection broke',
        cause: { name: 'TypeError', message: 'no answer', cause: { name: 'Error', message: 'ECONNRESET' } },
      },
    });
  });

  test('ends, whatever causes itself, and holds numbers of any size', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(line('x', { error, eventId: 12n }))).toContain('"eventId":"12"');
  });

  test('is not written about queues that are meant to serve no workflows', () => {
    expect(line('No workflows registered for this worker', {})).toBeNull();
  });
});

describe('The log of a worker', () => {
  const entry = (message: string, meta: Record<string, unknown> = {}) =>
    ({ level: 'WARN', timestampNanos: 1_760_000_000_000_000_000n, message, meta }) as const;
  const written = (): { lines: Record<string, unknown>[]; log: WorkerLog } => {
    const lines: Record<string, unknown>[] = [];
    const log = new WorkerLog((text) => lines.push(JSON.parse(text) as Record<string, unknown>), { broker: 'acme' });
    return { lines, log };
  };

  test("names broker, month and organization, as the execution's id has them", () => {
    const { lines, log } = written();
    log.log(entry('Activity failed', { workflowId: 'billing/acme/2025-10/83e8db2a' }));
    log.log(entry('Workflow failed', { workflowId: 'daily-billing/acme/2025-10' }));
    log.log(entry('Workflow failed', { workflowId: 'daily-billing/acme-2025-10-09T03:00:00Z' }));
    expect(lines).toEqual([
      expect.objectContaining({ broker: 'acme', month: '2025-10', organizationId: '83e8db2a' }),
      expect.objectContaining({ broker: 'acme', month: '2025-10' }),
      expect.not.objectContaining({ month: expect.anything() }),
    ]);
  });

  test('repeated lines are counted, whatever numbers they hold', () => {
    const { lines, log } = written();
    for (let tries = 1; tries <= 500; tries += 1) log.log(entry(`poll retried ${tries} times`));
    expect(lines).toHaveLength(1);
    log.flush();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ message: 'poll retried 500 times', repeated: 499 });
  });

  test('counts each customer and each error separately', () => {
    const { lines, log } = written();
    for (const workflowId of ['billing/acme/2025-10/a', 'billing/acme/2025-10/b'])
      for (const error of [new Error('refused'), new Error('not there')])
        log.log(entry('Activity failed', { workflowId, error }));
    log.flush();
    expect(lines).toHaveLength(4);
  });

  test('keeps its own sentences back where only warnings are asked for', () => {
    const lines: string[] = [];
    const log = new WorkerLog((text) => lines.push(text), {}, 'WARN');
    log.say('worker ready');
    expect(lines).toEqual([]);
  });
});
