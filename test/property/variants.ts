import { build } from 'esbuild';
import type { RunDetails } from 'fast-check';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { changed, type Change } from '../changed.js';

/** Products that are wrong in one line: what the properties are there to see. */
export interface Variant extends Change {
  /** In the words of anyone who would find the mistake on an invoice. */
  wrong: string;
  file: string;
  /** What shows it: default the months as they are (`month.ts`); or those whose vendors do not tell everything (`lies.ts`). */
  stories?: 'lies';
}

export const VARIANTS: Variant[] = [
  {
    wrong: 'discounts and credits of a month are left out of its total',
    file: 'shared/billing/report/items.ts',
    from: 'sum(lines.map((line) => line.sales))',
    to: 'sum(regular.map((line) => line.sales))',
  },
  {
    wrong: 'what the unit price cannot express is lost',
    file: 'shared/billing/amounts/amounts.ts',
    from: 'subtract(subtract(state.wanted, after), state.fixed),',
    to: 'subtract(subtract(state.wanted, state.wanted), state.fixed),',
  },
  {
    wrong: 'what was billed already is caught up again',
    file: 'shared/billing/amounts/amounts.ts',
    from: 'const rest = subtract(subtract(state.wanted, state.row), state.fixed);',
    to: 'const rest = subtract(state.wanted, state.row);',
  },
  {
    wrong: 'a row that somebody adjusted is adjusted again',
    file: 'shared/billing/amounts/adjustment.ts',
    from: 'if (place.isRefused && row !== null) return true;',
    to: 'if (target !== null) return false;',
  },
  {
    wrong: 'an approved row counts as open',
    file: 'shared/billing/amounts/standing.ts',
    from: 'if (row?.frozen) return true;',
    to: 'if (row?.frozen) return false;',
  },
  {
    wrong: 'credits leave the row as it was',
    file: 'shared/billing/amounts/adjustment.ts',
    from: 'if (quantity.lt(1) || !quantity.round(0).eq(quantity) || sales.lt(0) || cost.lt(0)) return null;',
    to: 'if (!quantity.round(0).eq(quantity)) return null;',
  },
  {
    wrong: 'yen are billed with decimals',
    file: 'shared/billing/basics/decimal.ts',
    from: '.map((code) => [code, 0] as const)',
    to: '.map((code) => [code, 2] as const)',
  },
  {
    wrong: 'half a cent is always rounded down',
    file: 'shared/billing/basics/decimal.ts',
    from: 'return value.round(scale);',
    to: "return value.minus(value.gt(0) ? '0.000001' : 0).round(scale);",
  },
  {
    wrong: 'money without a line is not mentioned',
    file: 'shared/billing/ghosts/ghosts.ts',
    from: 'if (why === null) return { ...NO_GHOSTS, ghosts: [standing] };',
    to: 'if (why === null) return NO_GHOSTS;',
  },
  {
    wrong: 'an organization takes away what another one of its company is billed',
    file: 'shared/billing/contracts/ours.ts',
    from: 'if (subscriptionsOf.of(joint).has(key)) return true;',
    to: 'if (subscriptionsOf.of(joint).has(key)) return joint.organizationIds[0] !== fold(organizationId);',
  },
  {
    wrong: 'an item costs what it is sold for',
    file: 'shared/billing/report/items.ts',
    from: 'cost: billable(exactCost, first.currency),',
    to: 'cost: billable(exactSales, first.currency),',
  },
  {
    wrong: 'an amount in dollars is billed in the currency of the company',
    file: 'shared/billing/contracts/company.ts',
    from: 'if (same(itemCurrency, companyCurrency)) return null;',
    to: "if (itemCurrency !== '') return null;",
  },
  {
    wrong: 'a second open charge stays next to the one that is right',
    file: 'shared/billing/amounts/charge.ts',
    from: '.filter((charge) => charge !== kept)',
    to: '.filter((charge) => kept === undefined && charge !== kept)',
  },
  {
    wrong: 'what is paid once is billed again in the month after',
    file: 'shared/billing/amounts/adjustment.ts',
    from: 'if (!billable.isOneOff || carries === null || !reachesNextMonth(place)) return NO_END;',
    to: 'if (billable.name !== day) return NO_END;',
  },
  {
    wrong: 'what the report no longer names is taken away',
    file: 'shared/billing/plan/shrank.ts',
    from: "outcome === 'zeroed' && evidence === null;",
    to: "outcome === 'zeroed' && evidence === 'nothing';",
    stories: 'lies',
  },
  {
    wrong: 'what a report without one of its customers or services has less of is taken away',
    file: 'shared/billing/plan/shrank.ts',
    from: 'if (comparison.missing.length > 0) return',
    to: 'if (comparison.missing.length > 99) return',
    stories: 'lies',
  },
  {
    wrong: 'a run for an earlier day takes back what a later one billed',
    file: 'shared/billing/plan/shrank.ts',
    from: 'if (asOf < comparison.asOf)',
    to: "if (asOf < '')",
    stories: 'lies',
  },
  {
    wrong: 'an amount rises because its credit is missing',
    file: 'shared/billing/plan/shrank.ts',
    from: 'if (moves(decided, UP) && isCreditGone(now, before)) return',
    to: 'if (moves(decided, UP) && isCreditGone(before, now)) return',
    stories: 'lies',
  },
  {
    wrong: 'a customer that could not be billed has a new licence counted as accepted, and both are billed later',
    file: 'shared/billing/report/accepted.ts',
    from: '.map((item) => withSuccessors(item, now, before.items, movedTo))',
    to: '.map((item) => (isBlind ? item : withSuccessors(item, now, before.items, movedTo)))',
    stories: 'lies',
  },
  {
    wrong: 'a licence is billed without the credit of the one it was converted from',
    file: 'shared/billing/plan/shrank.ts',
    from: 'if (isCreditLost && moves(decided, UP)) return',
    to: 'if (isCreditLost && decided.lines === 0) return',
    stories: 'lies',
  },
  {
    wrong: 'what is billed next to a row whose service does not show is called posted where nothing is to be written',
    file: 'shared/billing/plan/gone.ts',
    from: "outcome === 'posted' && !isChargeType(type) &&",
    to: "outcome === 'excluded' && !isChargeType(type) &&",
    stories: 'lies',
  },
  {
    wrong: 'a contract that the search does not show is made again',
    file: 'shared/billing/plan/gone.ts',
    from: 'if (gone.length === 0) return held;',
    to: 'if (gone !== null) return held;',
    stories: 'lies',
  },
  {
    wrong: 'a charge is written next to a row whose service does not show',
    file: 'shared/billing/plan/gone.ts',
    from: 'if (service !== undefined) items.set(item.id',
    to: 'if (service === null) items.set(item.id',
    stories: 'lies',
  },
  {
    wrong: 'what balances a row is deleted while nobody knows what the row bills',
    file: 'shared/billing/plan/gone.ts',
    from: 'if (service !== undefined) items.set(ghostId(ghost)',
    to: 'if (service === null) items.set(ghostId(ghost)',
    stories: 'lies',
  },
  {
    wrong: 'less of what is held is accepted',
    file: 'shared/billing/report/accepted.ts',
    from: "!.outcome === 'held')) return leastOf",
    to: "!.reason === 'report-shrank')) return leastOf",
    stories: 'lies',
  },
  {
    wrong: 'what answers by its id and not to the search is made again',
    file: 'activities/gather/remembered.ts',
    from: 'const gone = await goneOf(dependencies, missing);',
    to: 'const gone = await goneOf(dependencies, missing.slice(missing.length));',
    stories: 'lies',
  },
];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Each asks for its own stories alone. */
const ENTRIES = {
  months: `
    import fc from 'fast-check';
    import { checkDay } from './checks.js';
    import { play, story } from './month.js';
    const property = fc.property(story, (drawn) => play(drawn, checkDay));
    export const judge = async (seed, numRuns) => fc.check(property, { seed, numRuns, endOnFailure: true });`,
  lies: `
    import fc from 'fast-check';
    import { checkLies } from './lies-checks.js';
    import { onceWrong, findings } from './lies-counterexamples.js';
    import { playLies } from './lies.js';
    import { lyingStory } from './lies-story.js';
    const property = fc.asyncProperty(lyingStory, (drawn) => playLies(drawn, checkLies));
    const examples = [...findings, ...onceWrong.map(([, drawn]) => drawn)].map((drawn) => [drawn]);
    export const judge = async (seed, numRuns) => fc.check(property, { seed, numRuns, examples, endOnFailure: true });`,
};

type Judge = (seed: number, runs: number) => Promise<RunDetails<unknown>>;

/** The campaign against a product with one line changed. Throws where that line does not stand there once. */
export async function judge(
  { file: path, from, to, stories }: Variant,
  seed: number,
  runs: number,
): Promise<RunDetails<unknown>> {
  const contents = changed(readFileSync(`${ROOT}${path}`, 'utf8'), { from, to }, path);
  const { outputFiles } = await build({
    stdin: { contents: ENTRIES[stories ?? 'months'], resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
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
          onLoad({ filter: new RegExp(`/${path.replace('.', '\\.')}$`) }, () => ({
            contents,
            loader: 'ts',
          })),
      },
    ],
  });
  const module = { exports: {} as { judge: Judge } };
  const script = new Script(`(function (require, module, exports) {${outputFiles[0]!.text}\n})`);
  const evaluate = script.runInThisContext() as (...parts: unknown[]) => void;
  evaluate(createRequire(import.meta.url), module, module.exports);
  return module.exports.judge(seed, runs);
}
