import type { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { BILLING_QUEUE } from '../shared/messages/names.js';
import { isOf } from './executions/own.js';
import { stop } from './gate-keeper.js';

const LOOK_EVERY_MS = 60_000;

/**
 * The queue that all brokers had in common in earlier releases. What was started there continues there, so a worker serves it while its broker has something
 * open on it, and not longer: whatever is there is taken by anyone who asks first.
 */
export class OldQueue {
  private readonly closing = new AbortController();
  private worker: Worker | null = null;

  constructor(
    private readonly client: Client,
    private readonly broker: string,
    private readonly say: (message: string) => void,
    private readonly lookEveryMs = LOOK_EVERY_MS,
  ) {}

  /** Looks now and then, until `close`. */
  async serve(create: () => Promise<Worker>): Promise<void> {
    while (!this.closing.signal.aborted) {
      if (await this.hasOpen()) await this.serveOnce(create);
      await this.pause();
    }
  }

  close(): void {
    this.closing.abort();
    if (this.worker) stop(this.worker);
  }

  private async serveOnce(create: () => Promise<Worker>): Promise<void> {
    const worker = await create();
    this.worker = worker;
    this.say(
      `${this.broker} has executions of an earlier release on the queue ${BILLING_QUEUE}: serving it until they have ended`,
    );
    const ended = worker.run();
    void this.untilNothingIsOpen().then(() => stop(worker));
    if (this.closing.signal.aborted) setImmediate(() => stop(worker));
    await ended;
    this.worker = null;
  }

  private async untilNothingIsOpen(): Promise<void> {
    do await this.pause();
    while (!this.closing.signal.aborted && (await this.hasOpen()));
  }

  private async pause(): Promise<void> {
    await sleep(this.lookEveryMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }

  /** Where nobody can tell, it stays as it is. */
  private async hasOpen(): Promise<boolean> {
    try {
      const { workflow } = this.client;
      const query = `TaskQueue = '${BILLING_QUEUE}' AND ExecutionStatus = 'Running'`;
      for await (const { workflowId } of workflow.list({ query })) if (isOf(this.broker, workflowId)) return true;
      return false;
    } catch {
      return this.worker !== null;
    }
  }
}
