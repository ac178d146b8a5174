import { z } from 'zod';
import { same } from '../billing/text.js';
import { ApiError } from '../http/errors.js';
import { decode } from './translate.js';
import type { Transport } from './transport.js';

/** Picklist values are the tenant's own; they are found by label once and kept (`autotask.md` 2.4). */

const fieldsSchema = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      isrequired: z.boolean().nullish(),
      isqueryable: z.boolean().nullish(),
      picklistvalues: z
        .array(z.object({ value: z.coerce.string(), label: z.string().nullish(), isactive: z.boolean().nullish() }))
        .nullish(),
    }),
  ),
});

export type Field = z.infer<typeof fieldsSchema>['fields'][number];

export class Picklists {
  private readonly known = new Map<string, Promise<Field[]>>();

  constructor(private readonly transport: Transport) {}

  /** The fields of an entity as the tenant has them. */
  fields(entity: string): Promise<Field[]> {
    const known = this.known.get(entity) ?? this.read(entity);
    this.known.set(entity, known);
    return known;
  }

  /** The number a record carries for a label. Throws with the labels there are. */
  async value(entity: string, fieldName: string, label: string): Promise<number> {
    const field = (await this.fields(entity)).find((candidate) => same(candidate.name, fieldName));
    const values = (field?.picklistvalues ?? []).filter(({ isactive }) => isactive !== false);
    const found = values.find((value) => same(value.label, label));
    if (found) return Number(found.value);
    const labels = values.map((value) => value.label).join(', ');
    throw new ApiError(
      'rejected',
      `Autotask's picklist ${entity}.${fieldName} has no active value "${label}"; it has: ${labels || 'none'}.`,
    );
  }

  private async read(entity: string): Promise<Field[]> {
    try {
      const answer = await this.transport.call({ method: 'GET', path: `${entity}/entityInformation/fields`, isRead: true });
      return decode(fieldsSchema, `${entity} fields`, answer).fields;
    } catch (error) {
      this.known.delete(entity);
      throw error;
    }
  }
}
