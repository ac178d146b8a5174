import { parseArgs } from 'node:util';
import { VARIANTS, type Variant } from './variants.js';
import { WORKLOADS, type Workload } from './workloads.js';

const HELP = `npm run simulate [-- OPTIONS]

  --seeds N        how many months are played (default: 100)
  --first S        the first seed (default: 1)
  --jobs J         in how many processes (default: 1)
  --workload NAME  a kind of months, also several times (default: mixed): ${Object.keys(WORKLOADS).join(', ')}
  --matrix         instead, one month for every call site with every fault, and for every point at which a worker can die
  --tenants N      instead, so many tenants whose switches of the sandbox chance draws
  --variant NAME   a wrong product, which a month must catch: ${VARIANTS.map(({ name }) => name).join(', ')}
  --coverage       lists every fault and every death that was met
  --show           prints everything that was written

Exit code 0: every promise was kept. 1: one was broken. 3: a month ended with something unknown. 64: used wrongly.`;

export interface Order {
  seeds: number;
  first: number;
  jobs: number;
  workloads: Workload[];
  matrix: boolean;
  /** How many tenants are played instead of months; null: months. */
  tenants: number | null;
  variant: Variant | null;
  coverage: boolean;
  show: boolean;
}

/** What the command line asks for. Ends the process with the help, or with a line that says what is wrong. */
export function readOrder(): Order {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        seeds: { type: 'string', default: '100' },
        first: { type: 'string', default: '1' },
        jobs: { type: 'string', default: '1' },
        variant: { type: 'string' },
        workload: { type: 'string', multiple: true },
        matrix: { type: 'boolean', default: false },
        show: { type: 'boolean', default: false },
        coverage: { type: 'boolean', default: false },
        tenants: { type: 'string' },
      },
    });
    if (values.help) end(0, HELP);
    const { matrix, coverage, show } = values;
    const variant = values.variant === undefined ? null : variantNamed(values.variant);
    return {
      ...{ matrix, coverage, show, variant },
      seeds: countOf('seeds', values.seeds),
      first: countOf('first', values.first),
      jobs: countOf('jobs', values.jobs),
      tenants: values.tenants === undefined ? null : countOf('tenants', values.tenants),
      workloads: (values.workload ?? [variant?.workload ?? 'mixed']).map(workloadNamed),
    };
  } catch (error) {
    return end(64, `${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function end(code: number, text: string): never {
  process[code === 0 ? 'stdout' : 'stderr'].write(`${text}\n`);
  process.exit(code);
}

function countOf(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${option} takes a whole number above 0, not "${text}".`);
  return count;
}

function workloadNamed(name: string): Workload {
  if (name in WORKLOADS) return name as Workload;
  throw new Error(`There is no workload "${name}".`);
}

function variantNamed(name: string): Variant {
  const found = VARIANTS.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`There is no variant "${name}".`);
  return found;
}
