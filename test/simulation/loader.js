/**
 * Puts the simulation's parts in place of the product's imports: the simulated server for `@temporalio/workflow`, and, where a wrong variant of the
 * product is run, one changed file. Registered in a job's process only; the product's files stay as they are.
 */
import { transform } from '@swc/core';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const STAND_IN = new URL('./temporal/workflow.ts', import.meta.url).href;
const ROOT = new URL('../../', import.meta.url).href;

/** The files of the wrong variant that is run, and texts in them with what stands there instead. */
let changed = [];

export function initialize(data) {
  if (data?.variant) changed = [data.variant, ...(data.variant.also ?? [])];
}

export async function resolve(specifier, context, nextResolve) {
  const isWorkflow = context.parentURL?.startsWith(`${ROOT}workflows/`);
  if (specifier === '@temporalio/workflow' && isWorkflow) return nextResolve(STAND_IN, context);
  return nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  const variant = changed.find(({ file }) => url.split('?')[0] === `${ROOT}${file}`);
  if (!variant) return nextLoad(url, context);
  let source = await readFile(fileURLToPath(url), 'utf8');
  for (const { from, to } of variant.changes) {
    if (source.split(from).length !== 2) throw new Error(`Variant: "${from}" stands not once in ${variant.file}`);
    source = source.replace(from, () => to);
  }
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } };
  return { format: 'module', shortCircuit: true, source: (await transform(source, options)).code };
}
