/** Jest would compile a TypeScript set-up to CommonJS; tsx loads the real one. */
import { tsImport } from 'tsx/esm/api';

export default async function globalSetup() {
  const { setUp } = await tsImport('./global-setup.ts', import.meta.url);
  globalThis.tearDownServers = await setUp();
}
