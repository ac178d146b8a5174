import type { ModelErrors } from './answers.js';
import { capitalised, isObject, memberOf } from './input.js';
import type { Organization, Rec } from './store.js';

/**
 * What a PUT of an organization may say (`docs/vendors/cloudmore.md` 2.4, 3.2). Fields that are wrong by themselves come back by property path, all at once; values
 * that contradict the broker's settings come back as an error with a code.
 */
export type CheckedOrganization =
  { kind: 'ok'; organization: Organization } | { kind: 'model'; errors: ModelErrors } | { kind: 'value'; message: string };

export interface PropertyDefinition {
  id: string;
  name: string;
  type: 'TextBox' | 'DropDownList';
  options?: string[] | undefined;
}

/**
 * PUT replaces all properties (`docs/vendors/cloudmore.md` 2.3): what the body leaves out is gone. Only the id and, when the body does not say, whether the
 * organization is active stay: they are a state of it rather than properties [I].
 */
export function checkOrganization(
  body: Rec,
  { id, isActive }: Organization,
  definitions: PropertyDefinition[],
): CheckedOrganization {
  const { properties, errors: propertyErrors } = readProperties(memberOf(body, 'customProperties'));
  const errors = { ...fieldErrors(body), ...propertyErrors };
  if (Object.keys(errors).length > 0) return { kind: 'model', errors };
  const customProperties: Property[] = [];
  for (const property of properties) {
    const definition = definitions.find((definition) => isOf(definition, property));
    if (!definition) return { kind: 'value', message: `Custom property "${property.name ?? property.id}" does not exist` };
    const problem = valueProblem(definition, property.value);
    if (problem) return { kind: 'value', message: problem };
    customProperties.push({ id: definition.id, name: definition.name, value: property.value });
  }
  const kept = isActive === undefined ? {} : { isActive };
  return { kind: 'ok', organization: { ...kept, ...body, id, name: String(memberOf(body, 'name')), customProperties } };
}

type Property = {
  id: string;
  name: string;
  value: string | null;
};

type SentProperty = Partial<Pick<Property, 'id' | 'name'>> & Pick<Property, 'value'>;

/** By id where one is sent, else by name. */
function isOf(definition: PropertyDefinition, { id, name }: SentProperty): boolean {
  if (id !== undefined) return definition.id.toLowerCase() === id.toLowerCase();
  return definition.name === name;
}

function valueProblem({ name, type, options }: PropertyDefinition, value: string | null): string | undefined {
  if (type !== 'DropDownList' || value === null || value === '' || options?.includes(value)) return undefined;
  return `"${value}" is not an option of custom property "${name}"`;
}

/** Digits, with the separators that people type. */
const PHONE = /^[\d ()-]*$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const PHONE_FIELDS = ['phonePrefix', 'phone', 'cellPhonePrefix', 'cellPhone'];

function fieldErrors(body: Rec): ModelErrors {
  const contact = memberOf(body, 'contact');
  return {
    ...nameErrors(memberOf(body, 'name')),
    ...formatErrors('NotificationEmail', memberOf(body, 'notificationEmail'), isEmail, 'Email is not in valid format.'),
    ...(isObject(contact) ? contactErrors(contact) : {}),
  };
}

function nameErrors(name: unknown): ModelErrors {
  return typeof name === 'string' && name.trim() !== '' ? {} : { Name: ['The Name field is required.'] };
}

function contactErrors(contact: Rec): ModelErrors {
  const phones = PHONE_FIELDS.map((field) =>
    formatErrors(`Contact.${capitalised(field)}`, memberOf(contact, field), isPhone, 'Phone number is not in valid format.'),
  );
  const email = formatErrors('Contact.Email', memberOf(contact, 'email'), isEmail, 'Email is not in valid format.');
  return Object.assign({}, ...phones, email) as ModelErrors;
}

function formatErrors(path: string, value: unknown, isValid: (text: string) => boolean, message: string): ModelErrors {
  if (value === undefined || value === null || value === '') return {};
  return typeof value === 'string' && isValid(value) ? {} : { [path]: [message] };
}

const isPhone = (text: string): boolean => PHONE.test(text);
const isEmail = (text: string): boolean => EMAIL.test(text);

/** Left out means none, as PUT replaces everything. */
function readProperties(sent: unknown): { properties: SentProperty[]; errors: ModelErrors } {
  if (sent === undefined || sent === null) return { properties: [], errors: {} };
  if (!Array.isArray(sent)) return { properties: [], errors: { CustomProperties: ['The value is not a list.'] } };
  const properties: SentProperty[] = [];
  const errors: ModelErrors = {};
  sent.forEach((entry: unknown, index) => {
    const property = isObject(entry) ? readProperty(entry) : undefined;
    if (property) properties.push(property);
    else errors[`CustomProperties[${index}]`] = ['A name or an id, and a text as value, are required.'];
  });
  return { properties, errors };
}

function readProperty(entry: Rec): SentProperty | undefined {
  const [id, name, value] = [memberOf(entry, 'id'), memberOf(entry, 'name'), memberOf(entry, 'value')];
  if (typeof id !== 'string' && typeof name !== 'string') return undefined;
  if (typeof value !== 'string' && value !== null && value !== undefined) return undefined;
  return { ...(typeof id === 'string' ? { id } : {}), ...(typeof name === 'string' ? { name } : {}), value: value ?? null };
}
