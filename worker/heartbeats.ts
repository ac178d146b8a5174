import { Context } from '@temporalio/activity';

/** How often a running activity reports that it lives, well within the heartbeat time-out of `workflows/activities.ts`. */
const HEARTBEAT_MS = 10_000;

/**
 * Activities that heartbeat automatically: waiting for quota or for a report can take long, and a killed worker must be distinguished from a
 * patient one. What they wait for, if anything, is in the heartbeat, which the Web UI shows.
 */
export function heartbeating<T extends object>(activities: T, waiting: () => string | null = () => null): T {
  const entries = Object.entries(activities as Record<string, (request: unknown) => Promise<unknown>>).map(([name, activity]) => [
    name,
    async (request: unknown): Promise<unknown> => {
      const context = Context.current();
      const timer = setInterval(() => context.heartbeat(waiting() ?? name), HEARTBEAT_MS);
      try {
        return await activity(request);
      } finally {
        clearInterval(timer);
      }
    },
  ]);
  return Object.fromEntries(entries) as T;
}
