import type { Plan, Step } from '../../../shared/billing/plan-types.js';
import { amountsOf, outcomesOf, plan, type Situation } from '../builders.js';

/**
 * The rules as tables that people read and tests run. Each row begins with the number of its rule; `shared/billing/README.md` shows the same rows, and
 * a test compares them.
 */
export interface Table {
  /** The rule's section, "6". */
  section: string;
  /** What the columns next to the case are called. */
  columns: string[];
  rows: { says: string; comes: () => string[]; expected: string[] }[];
}

export function table<Input>(
  section: string,
  column: string,
  look: (input: Input) => string,
  rows: [says: string, input: Input, expected: string][],
): Table {
  return {
    section,
    columns: [column],
    rows: rows.map(([says, input, expected]) => ({ says, comes: () => [look(input)], expected: [expected] })),
  };
}

const listed = (values: string[]): string => values.join('; ') || 'nothing';

/** What a plan writes of amounts and ends, what becomes of its items, and what money it finds without a line. */
export const written = (decided: Plan): string => listed(amountsOf(decided));
export const outcome = (decided: Plan): string => listed(outcomesOf(decided));
export const ghosts = ({ ghosts: found }: Plan): string =>
  listed(found.map((ghost) => `${ghost.outcome} ${ghost.sales} (${ghost.rule})`));
export const notes = ({ notes: made }: Plan): string => listed(made.map(({ code }) => code));

export const planned =
  (...looks: ((decided: Plan) => string)[]) =>
  (situation: Situation): string =>
    looks.map((look) => look(plan(situation))).join(' – ');

/** The first step of a kind that a situation's plan has. */
export const stepOf = <Kind extends Step['kind']>(situation: Situation, kind: Kind): Extract<Step, { kind: Kind }> | undefined =>
  plan(situation).steps.find((candidate): candidate is Extract<Step, { kind: Kind }> => candidate.kind === kind);
