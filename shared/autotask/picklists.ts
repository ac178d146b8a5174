import { z } from 'zod';
import { same } from '../billing/basics/text.js';
import { ApiError } from '../http/errors.js';
import { lowerKeys } from './lower-keys.js';
import type { Transport } from './transport.js';
import { choice, flag } from './values.js';

/**
 * Picklist values are the tenant's own; they are found by label and kept (`docs/vendors/autotask.md` 2.4). That one is missing is never kept: the answer may
 * have been incomplete, or somebody has added it since.
 */

const listSchema = z.object({ fields: z.array(z.unknown()) });
const fieldSchema = z.object({
  name: z.string(),
  datatype: z.string().nullish().catch(null),
  isrequired: z.boolean().nullish().catch(null),
  isqueryable: z.boolean().nullish().catch(null),
  length: z.number().int().positive().nullish().catch(null),
  picklistvalues: z.array(z.unknown()).nullish().catch(null),
});
const valueSchema = z.object({ value: choice, label: z.string(), isactive: flag.nullish().catch(null) });

export type Field = Omit<z.infer<typeof fieldSchema>, 'picklistvalues'> & { picklistvalues: z.infer<typeof valueSchema>[] };

/** Fields and values that can be read: one that cannot is missed only by anyone who needs it. None at all is not an answer: every entity has fields. */
function fieldsOf(entity: string, answer: unknown): Field[] {
  const list = listSchema.safeParse(lowerKeys(answer));
  if (!list.success)
    throw new ApiError('malformed', `Autotask, ${entity}/entityInformation/fields: the answer has no list of fields`);
  const fields = readableOf(fieldSchema, list.data.fields);
  if (fields.length === 0)
    throw new ApiError(
      'malformed',
      `Autotask, ${entity}/entityInformation/fields: none of ${list.data.fields.length} fields can be read`,
    );
  return fields.map((field) => ({
    ...field,
    picklistvalues: readableOf(valueSchema, field.picklistvalues ?? []),
  }));
}

const readableOf = <Schema extends z.ZodType>(schema: Schema, values: unknown[]): z.infer<Schema>[] =>
  values.flatMap((value) => {
    const result = schema.safeParse(value);
    return result.success ? [result.data] : [];
  });

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
    const isKept = this.known.has(entity);
    const values = await this.activeValues(entity, fieldName);
    const found = values.find((value) => same(value.label, label));
    if (found) return found.value;
    this.known.delete(entity);
    if (isKept) return this.value(entity, fieldName, label);
    const labels = values.map((value) => value.label).join(', ');
    throw new ApiError(
      'rejected',
      `Autotask's picklist ${entity}.${fieldName} has no active value "${label}"; it has: ${labels || 'none'}.`,
    );
  }

  /** The same where a tenant may have no such label: null then. */
  async labelled(entity: string, fieldName: string, label: RegExp): Promise<number | null> {
    const field = (await this.fields(entity)).find((candidate) => same(candidate.name, fieldName));
    return field?.picklistvalues.find((value) => label.test(value.label.trim()))?.value ?? null;
  }

  /** Whether any value of the field can be read; where none can, the fields are asked for again the next time. */
  async isListed(entity: string, fieldName: string): Promise<boolean> {
    const field = (await this.fields(entity)).find((candidate) => same(candidate.name, fieldName));
    const isListed = field !== undefined && field.picklistvalues.length > 0;
    if (!isListed) this.known.delete(entity);
    return isListed;
  }

  private async activeValues(entity: string, fieldName: string): Promise<Field['picklistvalues']> {
    const field = (await this.fields(entity)).find((candidate) => same(candidate.name, fieldName));
    return (field?.picklistvalues ?? []).filter(({ isactive }) => isactive !== false);
  }

  private async read(entity: string): Promise<Field[]> {
    try {
      const answer = await this.transport.call({ method: 'GET', path: `${entity}/entityInformation/fields`, isRead: true });
      return fieldsOf(entity, answer);
    } catch (error) {
      this.known.delete(entity);
      throw error;
    }
  }
}
