/** Failure on demand: which requests fail, and how. Rules come from `POST /_sandbox/faults` or from a file. */
import * as z from 'zod';
import type { Random } from './random.js';
import { describeIssue } from './world.js';

const when = z.enum(['before', 'after']);
const milliseconds = z.number().int().min(0);
const members = z.record(z.string(), z.unknown());

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(200).max(599),
    body: z.unknown().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    when,
  }),
  z.strictObject({ kind: z.literal('reset'), when }),
  z.strictObject({ kind: z.literal('hang'), ms: milliseconds, when }),
  z.strictObject({ kind: z.literal('late'), ms: milliseconds }),
  z.strictObject({ kind: z.literal('html') }),
  z.strictObject({ kind: z.literal('truncated') }),
  z.strictObject({ kind: z.literal('empty') }),
  z.strictObject({ kind: z.literal('edit'), table: z.string(), where: members, set: members }),
]);

const ruleSchema = z.strictObject({
  match: z.strictObject({
    vendor: z.enum(['cloudmore', 'autotask']).optional(),
    method: z.string().optional(),
    path: z.string().optional(),
    nth: z.array(z.number().int().min(1)).optional(),
    probability: z.number().min(0).max(1).optional(),
  }),
  fault: faultSchema,
  times: z.number().int().min(1).optional(),
});

/** The body of `POST /_sandbox/faults`. */
export const faultRulesSchema = z.array(ruleSchema);

/** A list of fault rules that cannot be used, with what is wrong about it. */
export class InvalidFaults extends Error {}

/** Checks rules as a file holds them; every problem is named at once. */
export function parseFaults(json: unknown): FaultRule[] {
  const result = faultRulesSchema.safeParse(json);
  if (result.success) return result.data;
  throw new InvalidFaults(`The fault rules cannot be used:\n${result.error.issues.map(describeIssue).join('\n')}`);
}

export type FaultRule = z.infer<typeof ruleSchema>;
export type Fault = z.infer<typeof faultSchema>;
/** A person changes a record just before the request. */
export type Edit = Extract<Fault, { kind: 'edit' }>;
/** What happens to the request itself. */
export type Failure = Exclude<Fault, Edit>;

/** What rules look at. */
export interface Target {
  vendor: 'cloudmore' | 'autotask';
  method: string;
  path: string;
}

export interface Picked {
  edits: Edit[];
  failure: Failure | undefined;
}

interface Counted {
  rule: FaultRule;
  path: RegExp | undefined;
  matched: number;
  applied: number;
}

/** A list of rules and how often each has matched and fired. One seed gives one run. */
export class Faults {
  readonly #rules: Counted[];

  constructor(
    rules: FaultRule[],
    private readonly random: Random,
  ) {
    this.#rules = rules.map((rule) => ({
      rule,
      path: rule.match.path === undefined ? undefined : glob(rule.match.path),
      matched: 0,
      applied: 0,
    }));
  }

  /** What befalls a request: every edit that is due, and the first failure. Each matching rule counts and draws, whether it fires or not. */
  pick(target: Target): Picked {
    const picked: Picked = { edits: [], failure: undefined };
    for (const counted of this.#rules) {
      if (!isMatch(counted, target) || !this.#isDue(counted)) continue;
      const { fault } = counted.rule;
      if (fault.kind === 'edit') picked.edits.push(fault);
      else if (picked.failure === undefined) picked.failure = fault;
      else continue;
      counted.applied += 1;
    }
    return picked;
  }

  #isDue(counted: Counted): boolean {
    const { match, times = Infinity } = counted.rule;
    counted.matched += 1;
    const drawn = match.probability === undefined || this.random() < match.probability;
    return drawn && (match.nth?.includes(counted.matched) ?? true) && counted.applied < times;
  }
}

function isMatch({ rule: { match }, path }: Counted, target: Target): boolean {
  return (
    (match.vendor === undefined || match.vendor === target.vendor) &&
    (match.method === undefined || match.method.toUpperCase() === target.method.toUpperCase()) &&
    (path === undefined || path.test(target.path))
  );
}

/** A pattern for a whole path, in any case; `*` is any text, also with slashes. */
function glob(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}

/** A fault in the words of the journal. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'status':
      return `status ${fault.status} ${fault.when}`;
    case 'reset':
      return `reset ${fault.when}`;
    case 'hang':
      return `hang ${fault.ms} ms ${fault.when}`;
    case 'late':
      return `late ${fault.ms} ms`;
    case 'html':
    case 'truncated':
    case 'empty':
      return fault.kind;
    case 'edit':
      return `edit ${fault.table}`;
  }
}
