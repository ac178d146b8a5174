import { findCells, playCell } from './matrix.js';
import type { Order } from './play.js';
import { Simulation, type Judged } from './seed.js';

/** A process that plays seeds: its parent says which, and it prints each verdict as one line of JSON. */

const order = JSON.parse(process.argv[2]!) as Order;
const simulation = await Simulation.open();
const cells = order.matrix ? (await findCells(simulation)).filter((_cell, index) => index % order.step === order.first) : [];
const count = order.matrix ? cells.length : (order.months?.length ?? order.count);
for (let index = 0; index < count; index += 1) {
  const cell = cells[index];
  const { seed, workload } = order.months?.[index] ?? { seed: order.first + index * order.step, workload: order.workload };
  const judged = cell ? await playCell(simulation, cell) : await simulation.run(seed, workload);
  if (order.show) for (const line of judged.transcript) console.log(line);
  process.stdout.write(`${JSON.stringify({ ...shownOf(judged), workload, name: cell?.name ?? `seed ${judged.seed}` })}\n`);
  if (order.stops && judged.verdict !== 'ok') break;
}
await simulation.close();

function shownOf({ played, transcript: _transcript, ...judged }: Judged): object {
  return {
    ...judged,
    requests: played?.requests ?? 0,
    faults: [...(played?.faults ?? [])],
    crashes: [...(played?.crashes ?? [])],
  };
}
