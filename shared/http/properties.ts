/** Whether a value of unknown origin, such as an error or a record of a vendor, can have properties. */
const hasProperties = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Whether it is a record: a list, which has properties too, is none. */
export const isRecord = (value: unknown): value is Record<string, unknown> => hasProperties(value) && !Array.isArray(value);

const NO_PROPERTIES: Record<string, unknown> = {};

/** Its properties, each of an unknown type; none where it has none. Vendors' records are read through the door (`shared/door`), which also says what is wrong with them. */
export const propertiesOf = (value: unknown): Record<string, unknown> => (hasProperties(value) ? value : NO_PROPERTIES);
