#!/usr/bin/env node
/** The `billing` command. A checkout runs its sources, so that it never runs yesterday's build; the image holds only what was built. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

async function loadMain() {
  if (!existsSync(new URL('./cli.ts', import.meta.url))) return (await import('../dist/client/cli.js')).main;
  const { compiledSources } = await import('./compile.js');
  return (await import(pathToFileURL(`${await compiledSources()}/client/cli.js`))).main;
}

// Anyone who reads, such as `head`, may have had enough.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// What Node means to change in a library is nothing for a person to act on: it stood before the sentence that says what is wrong with TLS.
process.noDeprecation = true;

// What a log keeps of a mistake names the sources. A command that is over in a second would read a map of every module for that: a fifth of its start.
const LIVES_LONG = ['worker', 'web'];
if (process.argv.some((word) => LIVES_LONG.includes(word))) process.setSourceMapsEnabled(true);

const main = await loadMain();
process.exitCode = await main(process.argv.slice(2));
