/** Looks at requests from outside, and changes none: what watches knows this folder, and nothing here knows it. */
export type Watcher = <T extends { status: number }>(request: { method: string; url: URL }, work: () => Promise<T>) => Promise<T>;

let watcher: Watcher | null = null;

/** From now on every request to a vendor is made within `around`. A process has one watcher. */
export const watchRequests = (around: Watcher): void => void (watcher = around);

export const watched: Watcher = (request, work) => (watcher === null ? work() : watcher(request, work));
