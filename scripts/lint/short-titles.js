/** A title is read in a list of failures, next to its file: subject, verb, object. What happened once stands in a comment. */

const TESTS = new Set(['describe', 'it', 'test']);

/** The name of what is called: `test` of `test('…')`, `test.each(rows)('…')` and `` test.each`…`('…') ``. */
function nameOf(callee) {
  let node = callee;
  while (node.type !== 'Identifier') {
    if (node.type === 'MemberExpression') node = node.object;
    else if (node.type === 'CallExpression') node = node.callee;
    else if (node.type === 'TaggedTemplateExpression') node = node.tag;
    else return null;
  }
  return node.name;
}

/** The text of a title, with a placeholder for what is put in. */
function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  return node?.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.cooked).join('…') : null;
}

/** What stands behind `as const`, `as Row[]` and `satisfies Row[]`. */
const bare = (node) => (/^TS(?:As|Satisfies)Expression$/.test(node?.type) ? bare(node.expression) : node);

/** The variable of that name, as it is seen from a node. */
function variableOf(name, scope) {
  for (let one = scope; one !== null; one = one.upper) if (one.set.has(name)) return one.set.get(name);
  return null;
}

/** The rows of `test.each(rows)('…')`, where they are written out in the file. */
function rowsOf(callee, scope) {
  if (callee.type !== 'CallExpression' || callee.callee.property?.name !== 'each') return [];
  let rows = bare(callee.arguments[0]);
  if (rows?.type === 'Identifier') rows = bare(variableOf(rows.name, scope)?.defs[0]?.node.init);
  return rows?.type === 'ArrayExpression' ? rows.elements.map(bare).filter((row) => row !== null) : [];
}

/** A title as it is printed for a row; what the row computes is one word. */
function printed(title, row) {
  const text = (value) => textOf(bare(value)) ?? '…';
  if (row.type === 'ObjectExpression') {
    const members = new Map(row.properties.map(({ key, value }) => [key?.name, value]));
    return title.replace(/\$(\w+)/g, (_, name) => text(members.get(name)));
  }
  const values = row.type === 'ArrayExpression' ? [...row.elements] : [row];
  return title.replace(/%[a-z]/g, () => text(values.shift()));
}

export const shortTitles = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'object', properties: { words: { type: 'integer' } }, additionalProperties: false }],
    messages: { long: 'A title has at most {{most}} words, this one {{words}}: subject, verb, object; its story is a comment.' },
  },
  create: (context) => ({
    CallExpression: (node) => {
      const [title] = node.arguments;
      const text = TESTS.has(nameOf(node.callee)) ? textOf(title) : null;
      if (text === null) return;
      const most = context.options[0]?.words ?? 12;
      const check = (at, sentence) => {
        const words = sentence.trim().split(/\s+/).length;
        if (words > most) context.report({ node: at, messageId: 'long', data: { most, words } });
      };
      check(title, text);
      for (const row of rowsOf(node.callee, context.sourceCode.getScope(node))) check(row, printed(text, row));
    },
  }),
};
