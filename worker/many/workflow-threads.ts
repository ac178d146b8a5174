import {
  Worker,
  type CompiledWorkerOptions,
  type Logger,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { UnexpectedError } from '@temporalio/worker/lib/errors.js';
import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';
import type { WorkflowBundleWithSourceMapAndFilename as Bundle } from '@temporalio/worker/lib/workflow/workflow-worker-thread/input.js';

/** What hangs in a workflow, or ends its thread, is in the way of so many brokers at most. */
const WORKERS_A_THREAD = 10;

/** A thread of the SDK, with the libraries and the workflows that it has loaded. */
interface Thread {
  bundle: Bundle;
  creator: Promise<WorkflowCreator>;
  /** Workers that run their workflows in it. */
  users: number;
  hasEnded: boolean;
}

/**
 * The threads in which a process runs the workflows of many brokers. The SDK starts one for each of its workers, which loads all libraries once more, some 30 MB
 * each; here workers with the same workflows share one. Each worker ends what it began, and a thread ends with its last worker.
 */
export class WorkflowThreads {
  private readonly threads = new Set<Thread>();
  private readonly bundles = new Map<WorkflowBundleOption, Promise<Bundle | undefined>>();

  /** How many there are now. */
  get size(): number {
    return this.threads.size;
  }

  /** A worker of the SDK whose workflows run in one of these threads; one that cannot be made takes no place there. */
  async create(options: WorkerOptions): Promise<Worker> {
    const places: WorkflowCreator[] = [];
    const read = (from: WorkflowBundleOption, parse: () => Promise<Bundle | undefined>): Promise<Bundle | undefined> =>
      this.read(from, parse);
    const join = async (bundle: Bundle, begin: () => Promise<WorkflowCreator>): Promise<WorkflowCreator> => {
      const place = await this.join(bundle, begin);
      places.push(place);
      return place;
    };
    const Threaded = class extends Worker {
      protected static override getOrCreateBundle(compiled: CompiledWorkerOptions, logger: Logger): Promise<Bundle | undefined> {
        const parse = (): Promise<Bundle | undefined> => super.getOrCreateBundle(compiled, logger);
        return compiled.workflowBundle === undefined ? parse() : read(compiled.workflowBundle, parse);
      }

      protected static override createWorkflowCreator(
        bundle: Bundle,
        compiled: CompiledWorkerOptions,
        logger: Logger,
      ): Promise<WorkflowCreator> {
        return join(bundle, () => super.createWorkflowCreator(bundle, compiled, logger));
      }
    };
    try {
      return await Threaded.create(options);
    } catch (error) {
      await Promise.all(places.map((place) => place.destroy()));
      throw error;
    }
  }

  /** A bundle is parsed once, a tenth of a second each time. */
  private read(from: WorkflowBundleOption, parse: () => Promise<Bundle | undefined>): Promise<Bundle | undefined> {
    const known = this.bundles.get(from) ?? parse();
    this.bundles.set(from, known);
    known.catch(() => this.bundles.delete(from));
    return known;
  }

  /** A place in a thread with the same workflows, which `begin` starts where none has room. */
  async join(bundle: Bundle, begin: () => Promise<WorkflowCreator>): Promise<WorkflowCreator> {
    const thread = this.withRoom(bundle) ?? this.add({ bundle, creator: begin(), users: 0, hasEnded: false });
    thread.users += 1;
    try {
      return this.within(thread, await thread.creator);
    } catch (error) {
      this.threads.delete(thread);
      throw error;
    }
  }

  private withRoom(bundle: Bundle): Thread | undefined {
    return [...this.threads].find((thread) => thread.bundle === bundle && thread.users < WORKERS_A_THREAD && !thread.hasEnded);
  }

  private add(thread: Thread): Thread {
    this.threads.add(thread);
    return thread;
  }

  /** What one worker sees of the thread: its own workflows. */
  private within(thread: Thread, creator: WorkflowCreator): WorkflowCreator {
    const own = new Set<Workflow>();
    return {
      createWorkflow: async (options) => {
        const workflow = await watched(thread, creator.createWorkflow(options));
        own.add(workflow);
        return {
          activate: (activation) => watched(thread, workflow.activate(activation)),
          getAndResetSinkCalls: () => watched(thread, workflow.getAndResetSinkCalls()),
          dispose: async () => {
            own.delete(workflow);
            await workflow.dispose();
          },
        };
      },
      destroy: async () => {
        await Promise.all([...own].map((workflow) => workflow.dispose()));
        thread.users -= 1;
        if (thread.users > 0) return;
        this.threads.delete(thread);
        await creator.destroy();
      },
    };
  }
}

/** Who asks a thread that has ended is told so by this error; nobody else may begin on it. */
async function watched<T>(thread: Thread, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof UnexpectedError) thread.hasEnded = true;
    throw error;
  }
}
