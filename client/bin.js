#!/usr/bin/env node
/** The `billing` command. A checkout runs its sources, so that it never runs yesterday's build; the image holds only what was built. */
import { existsSync } from 'node:fs';

const source = new URL('./cli.ts', import.meta.url);
const built = new URL('../dist/client/cli.js', import.meta.url);

async function loadMain() {
  if (!existsSync(source)) return (await import(built)).main;
  const { register } = await import('tsx/esm/api');
  register();
  return (await import(source)).main;
}

// Whoever reads, such as `head`, may have had enough.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const main = await loadMain();
process.exitCode = await main(process.argv.slice(2));
