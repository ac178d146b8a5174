/** The metadata endpoints (`docs/vendors/autotask.md` 2.4), from the descriptions that also validate writes. */
import type { Entity, Field, Fields, TableName } from './fields.js';
import { ALL_ENTITIES } from './entities/index.js';
import type { PicklistValue } from './picklists.js';
import { isDenied, type Action } from './rights.js';
import { userDefinedFieldsOf, type Tenant } from './tenant.js';

/** What has metadata: every entity, and the adjustments, which have fields but no table. */
export type Described = Pick<Entity, 'name' | 'path' | 'udfType' | 'can'> & { fields: Fields; queryable: boolean };

export function entityInformation(tenant: Tenant, described: Described) {
  const { create, update, remove } = described.can;
  const access = (can: boolean | undefined, action: Action): string | number => {
    const word = can && !isDenied(tenant, described.path, action) ? seenBy(tenant, described.path, action) : 'None';
    return tenant.behaviour.accessValues === 'words' ? word : ACCESS_NUMBERS[word];
  };
  return {
    info: {
      name: described.name,
      canCreate: create === true,
      canDelete: remove === true,
      canQuery: described.queryable,
      canUpdate: update === true,
      userAccessForCreate: access(create, 'create'),
      userAccessForDelete: access(remove, 'delete'),
      userAccessForQuery: access(described.queryable, 'query'),
      userAccessForUpdate: access(update, 'update'),
      hasUserDefinedFields: described.udfType !== undefined,
      supportsWebhookCallouts: false,
    },
  };
}

type Access = 'All' | 'Restricted' | 'None';

/** Real API: the help of 2026 describes numbers, older answers have words (documented, observed). */
const ACCESS_NUMBERS: Record<Access, number> = { None: 0, All: 1, Restricted: 2 };

const seenBy = ({ behaviour }: Tenant, path: string, action: Action): Access =>
  action === 'query' && behaviour.hidesAdded.some((collection) => collection === path) ? 'Restricted' : 'All';

export function fieldInformation(tenant: Tenant, described: Described) {
  const id: Field = { type: 'long', readOnly: true };
  const shown = Object.entries({ id, ...described.fields }).filter(([, field]) => !field.hidden);
  return { fields: shown.map(([name, field]) => describeField(tenant, described, name, field)) };
}

function describeField(tenant: Tenant, described: Described, name: string, field: Field) {
  return {
    name,
    dataType: field.type,
    length: field.length ?? 0,
    isRequired: field.required === true,
    isReadOnly: field.readOnly === true,
    isQueryable: described.queryable && !field.notQueryable,
    isReference: field.references !== undefined,
    referenceEntityType: field.references === undefined ? '' : nameOf(field.references),
    isPickList: field.picklist === true,
    picklistValues: field.picklist ? (tenant.picklists.get(`${described.path}.${name}`) ?? []).map(describeChoice) : null,
    picklistParentValueField: '',
    isSupportedWebhookField: false,
  };
}

const nameOf = (table: TableName): string => ALL_ENTITIES.find((entity) => entity.table === table)?.name ?? table;

/** Real API: the value is text here, while records carry the number (documented). */
const describeChoice = ({ value, label, isActive }: PicklistValue, index: number) => ({
  value,
  label,
  isDefaultValue: false,
  sortOrder: index + 1,
  parentValue: '',
  isActive,
  isSystem: false,
});

export function userDefinedFieldInformation(tenant: Tenant, described: Described) {
  const types = tenant.picklists.get('UserDefinedFieldDefinitions.dataType') ?? [];
  return {
    fields: userDefinedFieldsOf(tenant, described).map((definition) => ({
      name: definition.name,
      label: definition.name,
      type: types.find(({ value }) => Number(value) === definition.dataType)?.label ?? 'String',
      length: UDF_LENGTH,
      description: definition.description ?? '',
      isRequired: definition.isRequired === true,
      isReadOnly: false,
      isQueryable: true,
      isReference: false,
      referenceEntityType: '',
      isPickList: false,
      picklistValues: null,
      picklistParentValueField: '',
      defaultValue: definition.defaultValue ?? '',
    })),
  };
}

/** Longest text of a user-defined field; not documented per type, so not enforced. */
const UDF_LENGTH = 255;
