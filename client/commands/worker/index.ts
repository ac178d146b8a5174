import { hasBrokersFolder } from '../../../shared/brokers/profiles.js';
import { loadConfig } from '../../../shared/config.js';
import { startWorker } from '../../../worker/main.js';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { askForSearchAttributes, searchAttributesOf } from '../../temporal/search-attributes.js';
import { connectionSettings, withTemporal } from '../../temporal/connection.js';
import { officeOf } from '../../month-end/office.js';
import { parseQueues, setUpProcess } from './process.js';

/** The worker process: serves the queues until it is told to stop, and finishes what it is doing first. Of all brokers, where there is a folder of them and none is named. */
export async function worker(context: Context, options: { queues?: string | undefined }): Promise<ExitCode> {
  if (context.broker === undefined && hasBrokersFolder(context.environment))
    return (await import('./many.js')).workerOfMany(context, options);
  const config = loadConfig(context.environment);
  const queues = parseQueues(options.queues);
  await withTemporal(context.environment, (temporal) =>
    askForSearchAttributes(temporal, searchAttributesOf(config), (text) => context.say(text)),
  );
  const own = await setUpProcess(context, config, config.broker);
  try {
    for (const remark of config.remarks) own.say(remark);
    const { connection, address, namespace } = connectionSettings(context.environment);
    const running = await startWorker(config, {
      connection,
      namespace,
      queues,
      say: (message) => own.say(message),
      watch: own.watch,
      office: officeOf(config),
      traces: own.traces,
    });
    own.stopping.addEventListener('abort', () => running.shutdown());
    if (own.stopping.aborted) running.shutdown();
    own.say(
      `worker ready: ${queues.join(', ')} of broker ${config.broker} at ${address}, namespace ${namespace}, mode ${config.mode}`,
    );
    await running.run();
  } finally {
    await own.close();
  }
  return EXIT.done;
}
