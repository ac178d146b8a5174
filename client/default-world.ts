import { fileURLToPath } from 'node:url';

/** What the sandbox begins with where nothing else is asked for. */
export const DEFAULT_WORLD = fileURLToPath(new URL('../sandbox/worlds/september-2025.json', import.meta.url));
