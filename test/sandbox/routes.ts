import { createAutotask } from '../../sandbox/autotask/index.js';
import { createClock } from '../../sandbox/clock.js';
import { createCloudmore } from '../../sandbox/cloudmore/index.js';
import { parseWorld } from '../../sandbox/index.js';
import { worldWith } from './autotask-host.js';

/** Method and pattern of every route that the sandbox has registered for a vendor. */
export function registeredRoutes(): Record<'autotask' | 'cloudmore', { method: string; pattern: string }[]> {
  const world = parseWorld(worldWith());
  const clock = createClock(world.now);
  return { autotask: createAutotask(world.autotask, clock).routes, cloudmore: createCloudmore(world.cloudmore, clock).routes };
}
