import type { Secret } from '../http/secret.js';

/** What the client of Autotask needs to know. */
export interface AutotaskConfig {
  /** Base URL up to and including `…/ATServicesRest/`; null: discovered by zone. */
  url: string | null;
  username: string;
  secret: Secret;
  integrationCode: Secret;
  callsPerHour: number;
  threads: number;
  /** UDF of contracts that holds the subscription id. */
  subscriptionUdf: string;
}
