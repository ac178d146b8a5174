import type { FastifyInstance } from 'fastify';
import { evidenceSource } from '../../client/web/evidence-source.js';
import { createWeb } from '../../client/web/server.js';
import { saveUser, type Role } from '../../client/web/users.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence, type Evidence } from '../../shared/evidence/index.js';
import { webSettings } from '../../shared/web-settings.js';
import type { TestSystem } from '../system/system.js';

/** The page for finance over a system, as `billing web` serves it. */
export interface Web {
  address: string;
  close(): Promise<void>;
}

export const PASSWORD = 'a long enough pass phrase';

/** Serves it to the users, who all have the one password. */
export async function openWeb(system: TestSystem, users: Record<string, Role>, port = 0): Promise<Web> {
  const env: Record<string, string> = {
    ...system.env,
    BILLING_WEB_USERS: `${system.env.BILLING_EVIDENCE!.replace('file:', '')}-users.json`,
  };
  const settings = webSettings(env);
  for (const [name, role] of Object.entries(users)) await saveUser(settings.users, { name, role }, PASSWORD);
  const evidence: Evidence = openEvidence(env.BILLING_EVIDENCE!);
  const temporal = { client: system.client, address: system.server.address, namespace: 'default' };
  const app: FastifyInstance = await createWeb(evidenceSource(loadBaseConfig(env), evidence, temporal, env), settings);
  return {
    address: await app.listen({ host: '127.0.0.1', port }),
    close: async () => {
      await app.close();
      await evidence.close();
    },
  };
}
