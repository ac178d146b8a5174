import type { BaseConfig } from '../shared/config.js';
import { openEvidence, type Evidence } from '../shared/evidence/index.js';

/** The store for as long as it is used. */
export async function withEvidence<T>(config: BaseConfig, use: (evidence: Evidence) => Promise<T>): Promise<T> {
  const evidence = openEvidence(config.evidence, config);
  try {
    return await use(evidence);
  } finally {
    await evidence.close();
  }
}
