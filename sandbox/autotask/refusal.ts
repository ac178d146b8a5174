import type { Answer } from '../router.js';

/** A request that the real API would refuse, with its status and body. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
  }

  get answer(): Answer {
    return { status: this.status, body: this.body };
  }
}

/** Real API: validation, permission, duplicate and "not found on delete" errors are all 500 (`docs/vendors/autotask.md` 3.1). */
export const refuse = (...errors: string[]): Refusal => new Refusal(500, { errors });

/** Texts that clients match on (`docs/vendors/autotask.md` 3.1) and texts observed elsewhere; other wordings are the sandbox's own. */
export const TEXT = {
  unknownField: (field: string, entity: string) => `Unable to find ${field} in the ${entity} Entity.`,
  requiredField: (field: string) => `Value does not exist for the required field ${field}.`,
  badReference: (field: string, entity: string) =>
    `Reference value on field: ${field} of type: ${entity} does not exist or is invalid.`,
  badPicklist: (field: string) => `Value does not reference an existing entity for ${field}.`,
  rights: (action: string, entity: string) =>
    `The logged in Resource does not have the adequate permissions to ${action} ${entity}.`,
  noMatch: (entity: string, id: unknown) => `No matching records found for ${entity} with id ${String(id)}.`,
  conversion: (value: string) => `Conversion failed when converting the nvarchar value '${value}' to data type int.`,
  orLimit: "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.",
  uniqueName: (name: string) =>
    `Violation of UNIQUE KEY constraint 'IX_service'. Cannot insert duplicate key in object 'dbo.Service'. The duplicate key value is (${name}). Error updating database for new entity records.`,
  outsideContract: 'effectiveDate must be between the start date and end date of the Contract',
  duplicate: 'Attempt to insert duplicate data into contract_service_period',
  sqlDuplicate:
    "Violation of UNIQUE KEY constraint 'UK_contract_service_period'. Cannot insert duplicate key in object 'dbo.contract_service_period'. The statement has been terminated.",
  deadlock:
    'Transaction (Process ID 61) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.',
  posted:
    'Unable to make changes as it would result in the deletion/modification of an already approved and posted contract period',
  threads: (limit: number) => `The Autotask API thread threshold of ${limit} threads has been exceeded.`,
  zone: 'Zone information could not be determined',
  method: (method: string) => `The requested resource does not support http method '${method}'.`,
} as const;
