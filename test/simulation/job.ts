import { register } from 'node:module';
import type { Judged } from './seed.js';
import type { Variant } from './variants.js';
import type { Workload } from './workloads.js';

/** A process that plays seeds: told which by its parent, tells each verdict as one line of JSON. */

interface Order {
  /** Every `step`-th seed from the first on, or those that are named. */
  first: number;
  step: number;
  count: number;
  seeds?: number[];
  /** Whether the cells of the matrix are played instead of seeds. */
  matrix: boolean;
  show: boolean;
  /** Whether the first month that is not ok ends the job. */
  stops: boolean;
  /** Default `mixed`. */
  workload?: Workload;
  variant: Pick<Variant, 'file' | 'changes' | 'also'> | null;
}

const order = JSON.parse(process.argv[2]!) as Order;
register('./loader.js', import.meta.url, { data: { variant: order.variant } });
// Only now, so that the loader sees the product's files.
const { Simulation } = await import('./seed.js');
const { findCells, playCell } = await import('./matrix.js');

const simulation = await Simulation.open();
const cells = order.matrix ? (await findCells(simulation)).filter((_cell, index) => index % order.step === order.first) : [];
const count = order.matrix ? cells.length : (order.seeds?.length ?? order.count);
for (let index = 0; index < count; index += 1) {
  const cell = cells[index];
  const judged = cell
    ? await playCell(simulation, cell)
    : await simulation.run(order.seeds?.[index] ?? order.first + index * order.step, order.workload);
  if (order.show) for (const line of judged.told) console.log(line);
  process.stdout.write(`${JSON.stringify({ ...shownOf(judged), name: cell?.name ?? `seed ${judged.seed}` })}\n`);
  if (order.stops && judged.verdict !== 'ok') break;
}
await simulation.close();

function shownOf({ played, told: _told, ...judged }: Judged): object {
  return {
    ...judged,
    requests: played?.requests ?? 0,
    faults: [...(played?.faults ?? [])],
    crashes: [...(played?.crashes ?? [])],
  };
}
