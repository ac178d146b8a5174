import { environmentOf, hasBrokersFolder, servedProfiles } from '../../../shared/brokers/profiles.js';
import { loadBaseConfig } from '../../../shared/config.js';
import type { Context } from '../../context.js';
import { workerOf } from '../../checks/temporal.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { withTemporal } from '../../temporal/connection.js';

/** For health checks: Temporal knows who asked for work in the last minutes. Apart from the worker, whose parts take seconds to load. */
export async function checkWorker(context: Context): Promise<ExitCode> {
  const environments =
    context.broker === undefined && hasBrokersFolder(context.environment)
      ? servedProfiles(context.environment).map((profile) => environmentOf(profile, context.environment))
      : [context.environment];
  let isGood = true;
  for (const environment of environments) {
    const { broker } = loadBaseConfig(environment);
    const seen = await withTemporal(environment, (temporal) => workerOf(temporal, broker));
    context[typeof seen === 'string' ? 'out' : 'say'](typeof seen === 'string' ? seen : seen.text);
    isGood &&= typeof seen === 'string';
  }
  return isGood ? EXIT.done : EXIT.waits;
}
