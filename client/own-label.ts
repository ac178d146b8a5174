import { loadConfig, type Config } from '../shared/config.js';
import { ConfigError, type Environment } from '../shared/environment.js';
import { openEvidence, StoreUnavailable } from '../shared/evidence/index.js';
import { demandLabel, tenantOf } from '../shared/evidence/labels.js';

/**
 * Refuses settings that name another label than the tenant was first billed as (`LabelRefused`), so that the person who renamed it hears of it from the command, and
 * not of a month that was never run. What only a worker knows, its vendors' settings or its store, the worker looks at itself.
 */
export async function demandOwnLabel(environment: Environment): Promise<void> {
  const config = settingsOf(environment);
  if (config === null) return;
  const evidence = openEvidence(config.evidence, config);
  try {
    await demandLabel(evidence, tenantOf(config));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  } finally {
    await evidence.close();
  }
}

function settingsOf(environment: Environment): Config | null {
  try {
    return loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return null; // this host knows no vendors
    throw error;
  }
}
