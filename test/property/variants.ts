import { build } from 'esbuild';
import type { RunDetails } from 'fast-check';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type { Story } from './month.js';

/** Planners that are wrong in one line: what the properties are there to see. */
export interface Variant {
  /** In the words of whoever would find the mistake on an invoice. */
  wrong: string;
  file: string;
  from: string;
  to: string;
}

export const VARIANTS: Variant[] = [
  {
    wrong: 'discounts and credits of a month are left out of its total',
    file: 'items.ts',
    from: 'sum(lines.map((line) => line.sales))',
    to: 'sum(regular.map((line) => line.sales))',
  },
  {
    wrong: 'what the unit price cannot express is lost',
    file: 'amounts.ts',
    from: 'subtract(subtract(state.wanted, after), state.fixed),',
    to: 'subtract(subtract(state.wanted, state.wanted), state.fixed),',
  },
  {
    wrong: 'what was billed already is caught up again',
    file: 'amounts.ts',
    from: 'const rest = subtract(subtract(state.wanted, state.row), state.fixed);',
    to: 'const rest = subtract(state.wanted, state.row);',
  },
  {
    wrong: 'a row that somebody adjusted is adjusted again',
    file: 'adjustment.ts',
    from: 'if (place.isRefused && row !== null) return true;',
    to: 'if (target !== null) return false;',
  },
  {
    wrong: 'an approved row counts as open',
    file: 'standing.ts',
    from: 'if (row?.frozen) return true;',
    to: 'if (row?.frozen) return false;',
  },
  {
    wrong: 'credits leave the row as it was',
    file: 'adjustment.ts',
    from: 'if (quantity.lt(1) || !quantity.round(0).eq(quantity) || sales.lt(0) || cost.lt(0)) return null;',
    to: 'if (!quantity.round(0).eq(quantity)) return null;',
  },
  {
    wrong: 'yen are billed with decimals',
    file: 'decimal.ts',
    from: '.map((code) => [code, 0] as const)',
    to: '.map((code) => [code, 2] as const)',
  },
  {
    wrong: 'half a cent is always rounded down',
    file: 'decimal.ts',
    from: 'return value.round(scale, Big.roundHalfUp);',
    to: 'return value.round(scale, Big.roundDown);',
  },
  {
    wrong: 'money without a line is not mentioned',
    file: 'ghosts.ts',
    from: 'if (why === null) return { ...NO_GHOSTS, ghosts: [standing] };',
    to: 'if (why === null) return NO_GHOSTS;',
  },
  {
    wrong: 'an organization takes away what another one of its company is billed',
    file: 'ghosts.ts',
    from: 'return joint.subscriptionIds.includes(key) ||',
    to: 'return',
  },
  {
    wrong: 'an item costs what it is sold for',
    file: 'items.ts',
    from: 'cost: billable(exactCost, first.currency),',
    to: 'cost: billable(exactSales, first.currency),',
  },
  {
    wrong: 'an amount in dollars is billed in the currency of the company',
    file: 'company.ts',
    from: 'if (same(itemCurrency, companyCurrency)) return null;',
    to: "if (itemCurrency !== '') return null;",
  },
  {
    wrong: 'a second open charge stays beside the one that is right',
    file: 'charge.ts',
    from: '.filter((charge) => charge !== kept)',
    to: '.filter((charge) => kept === undefined && charge !== kept)',
  },
  {
    wrong: 'what is paid once is billed again in the month after',
    file: 'adjustment.ts',
    from: 'if (!billable.isOneOff || carries === null || !reachesNextMonth(place)) return [];',
    to: 'if (billable.name !== day) return [];',
  },
];

const FOLDER = fileURLToPath(new URL('../../shared/billing/', import.meta.url));
const ENTRY = `
  import fc from 'fast-check';
  import { checkDay } from './checks.js';
  import { play, story } from './month.js';
  export const judge = (seed, numRuns) =>
    fc.check(fc.property(story, (told) => play(told, checkDay)), { seed, numRuns, endOnFailure: true });`;

/** The campaign against a planner with one line changed. Throws where that line does not stand there once. */
export async function judge({ file, from, to }: Variant, seed: number, runs: number): Promise<RunDetails<[Story]>> {
  const source = readFileSync(`${FOLDER}${file}`, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`"${from}" stands not once in ${file}`);
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['fast-check'],
    logLevel: 'silent',
    plugins: [
      {
        name: 'one line changed',
        setup: ({ onLoad }) =>
          onLoad({ filter: new RegExp(`shared/billing/${file.replace('.', '\\.')}$`) }, () => ({
            contents: source.replace(from, () => to),
            loader: 'ts',
          })),
      },
    ],
  });
  const module = { exports: {} as { judge: (seed: number, runs: number) => RunDetails<[Story]> } };
  const script = new Script(`(function (require, module, exports) {${outputFiles[0]!.text}\n})`);
  const evaluate = script.runInThisContext() as (...parts: unknown[]) => void;
  evaluate(createRequire(import.meta.url), module, module.exports);
  return module.exports.judge(seed, runs);
}
