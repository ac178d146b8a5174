/** Stops what the global set-up started, then says how many tests there were: the last line of every run. */
export default async function globalTeardown() {
  try {
    await globalThis.tearDownServers?.();
  } finally {
    if (globalThis.tally) console.log(globalThis.tally);
  }
}
