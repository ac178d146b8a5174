import type { Clock } from '../clock.js';
import type { Vendor } from '../router.js';
import { Store, type PatchKind, type Rec } from './store.js';
import type { CloudmoreWorld } from './world.js';

export { cloudmoreWorldSchema, type CloudmoreWorld, type CloudmoreWorldInput } from './world.js';

/** Cloudmore's stand-in; `patch` is what happens on Cloudmore's side without an API call of ours. */
export interface CloudmoreVendor extends Vendor {
  patch(kind: PatchKind, id: string, changes: Rec): boolean;
}

/** Cloudmore as its reference describes it (sections 2 to 5 and 9), serving one world. */
export function createCloudmore(world: CloudmoreWorld, _clock: Clock): CloudmoreVendor {
  const store = new Store(world);
  return {
    routes: [],
    state: () => store.state(),
    patch: (kind, id, changes) => store.patch(kind, id, changes),
  };
}
