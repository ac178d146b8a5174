import { loadBaseConfig } from '../../shared/config.js';
import type { Context } from '../context.js';
import { workerOf } from '../doctor/temporal.js';
import { EXIT, type ExitCode } from '../exit.js';
import { withTemporal } from '../temporal.js';

/** For health checks: Temporal knows who asked for work in the last minutes. Apart from the worker, whose parts take seconds to load. */
export async function checkWorker(context: Context): Promise<ExitCode> {
  const { broker } = loadBaseConfig(context.environment);
  const seen = await withTemporal(context.environment, (temporal) => workerOf(temporal, broker));
  const isGood = typeof seen === 'string';
  context[isGood ? 'out' : 'say'](isGood ? seen : seen.text);
  return isGood ? EXIT.done : EXIT.waits;
}
