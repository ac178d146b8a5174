import { setFlagsFromString } from 'node:v8';

/**
 * How V8 is to treat the memory of a worker process. It lets a heap grow to four times what is in use before it collects, as long as the machine has memory:
 * with nearly everything that a worker reads being of use for one organization only, most of its memory was garbage (`docs/performance.md`, `size`).
 */
export const HEAP_FLAGS = [
  // Collect when a heap has grown by half.
  '--heap-growing-percent=50',
  // Of a thread that starts later, the workflows': room for what is new, three times as much, in MB. Activations are small.
  '--max-semi-space-size=4',
];

/** To be called once, before the workers are made. No limit: a heap grows as far as it needs to. */
export const keepHeapSmall = (): void => HEAP_FLAGS.forEach((flag) => setFlagsFromString(flag));
