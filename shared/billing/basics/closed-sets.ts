/** Tables of closed sets, read as what they are: `Object.keys` and its like say of every object no more than that its keys are texts. */

/** The members of the set, in the table's order. */
export const keysOf = <Key extends string>(table: Partial<Record<Key, unknown>>): Key[] => Object.keys(table) as Key[];

/** Whether a text from outside is a member. */
export const isKeyOf = <Key extends string>(table: Record<Key, unknown>, text: string): text is Key => Object.hasOwn(table, text);

/** Another table of the same set, made row by row. */
export const tableOf = <Key extends string, Row, Made>(
  table: Record<Key, Row>,
  make: (row: Row, key: Key) => Made,
): Record<Key, Made> => Object.fromEntries(keysOf(table).map((key) => [key, make(table[key], key)])) as Record<Key, Made>;
