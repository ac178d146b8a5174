/** The query object of `docs/vendors/autotask.md` 2.2: from the client's JSON to conditions that are known to be well formed. */
import { refuse, TEXT } from '../refusal.js';

export const OPERATORS = [
  'eq',
  'noteq',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginsWith',
  'endsWith',
  'contains',
  'exist',
  'notExist',
  'in',
  'notIn',
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Leaf {
  kind: 'leaf';
  op: Operator;
  field: string;
  udf: boolean;
  value: unknown;
}

export type Condition = Leaf | { kind: 'and' | 'or'; items: Condition[] };

export interface Query {
  conditions: Condition[];
  includeFields: string[] | undefined;
  maxRecords: number;
}

/** Real API: 1 to 500 records a page (documented). */
export const PAGE_MAX = 500;
const OR_MAX = 500;
const DEPTH_MAX = 20;

/** Checks a query object. Its keys may be in any case; members that are not known are ignored, as .NET's reader does (inferred). */
export function parseQuery(json: unknown, emptyFilter: 'all' | 'refuse'): Query {
  const query = members(json, 'The query');
  const filter = query.get('filter') ?? [];
  if (!Array.isArray(filter)) throw refuse('Invalid query syntax. Filter is not a list of conditions.');
  const conditions = filter.map((item) => parseCondition(item, 1));
  if (conditions.length === 0 && emptyFilter === 'refuse') throw refuse('Invalid query syntax. The filter has no conditions.');
  checkLimits(conditions);
  return {
    conditions,
    includeFields: parseIncludeFields(query.get('includefields')),
    maxRecords: parseMax(query.get('maxrecords')),
  };
}

function parseCondition(json: unknown, depth: number): Condition {
  if (depth > DEPTH_MAX) throw refuse('Invalid query syntax. Conditions are nested too deeply.');
  const condition = members(json, 'A condition');
  const op = condition.get('op');
  if (typeof op !== 'string') throw refuse("Invalid query syntax. A condition has no 'op'.");
  const kind = op.toLowerCase();
  if (kind === 'and' || kind === 'or') return parseGroup(kind, condition.get('items'), depth);
  return parseLeaf(op, condition);
}

function parseGroup(kind: 'and' | 'or', items: unknown, depth: number): Condition {
  if (!Array.isArray(items) || items.length === 0) throw refuse(`Invalid query syntax. '${kind}' has no items.`);
  return { kind, items: items.map((item) => parseCondition(item, depth + 1)) };
}

function parseLeaf(given: string, condition: Map<string, unknown>): Leaf {
  const op = OPERATORS.find((known) => known.toLowerCase() === given.toLowerCase());
  if (!op) throw refuse(`Invalid query syntax. '${given}' is not an operator.`);
  const field = condition.get('field');
  if (typeof field !== 'string' || field === '') throw refuse(`Invalid query syntax. '${op}' has no field.`);
  const udf = condition.get('udf') ?? false;
  if (typeof udf !== 'boolean') throw refuse(`Invalid query syntax. 'udf' of ${field} is not true or false.`);
  return { kind: 'leaf', op, field, udf, value: parseValue(op, field, condition.get('value')) };
}

function parseValue(op: Operator, field: string, value: unknown): unknown {
  if (op === 'exist' || op === 'notExist') return undefined;
  if (value === undefined || value === null) throw refuse(`Invalid query syntax. '${op}' of ${field} has no value.`);
  if ((op === 'in' || op === 'notIn') !== Array.isArray(value)) {
    throw refuse(
      `Invalid query syntax. '${op}' of ${field} ${Array.isArray(value) ? 'takes one value' : 'takes a list of values'}.`,
    );
  }
  return value;
}

/** Real API: one condition on a user-defined field per query, and 500 OR conditions (documented); an `in` list counts too (inferred). */
function checkLimits(conditions: Condition[]): void {
  const leaves = conditions.flatMap((condition) => leavesOf(condition, false));
  if (leaves.filter(({ leaf }) => leaf.udf).length > 1) {
    throw refuse('Invalid query syntax. Only one user-defined field condition is allowed per query.');
  }
  const ors = leaves.reduce((count, { leaf, inOr }) => {
    if (leaf.op === 'in' && Array.isArray(leaf.value)) return count + leaf.value.length;
    return inOr ? count + 1 : count;
  }, 0);
  if (ors > OR_MAX) throw refuse(TEXT.orLimit);
}

function leavesOf(condition: Condition, inOr: boolean): { leaf: Leaf; inOr: boolean }[] {
  if (condition.kind === 'leaf') return [{ leaf: condition, inOr }];
  return condition.items.flatMap((item) => leavesOf(item, inOr || condition.kind === 'or'));
}

function parseIncludeFields(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw refuse('Invalid query syntax. IncludeFields is not a list of names.');
  }
  return value.length === 0 ? undefined : value;
}

function parseMax(value: unknown): number {
  if (value === undefined || value === null) return PAGE_MAX;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= PAGE_MAX) return value;
  throw refuse(`Invalid query syntax. MaxRecords must be between 1 and ${PAGE_MAX}.`);
}

/** The members of a JSON object by their names in lower case. */
function members(json: unknown, what: string): Map<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw refuse(`Invalid query syntax. ${what} is not an object.`);
  }
  return new Map(Object.entries(json).map(([name, value]) => [name.toLowerCase(), value]));
}
