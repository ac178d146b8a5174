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
      const words = text.trim().split(/\s+/).length;
      if (words > most) context.report({ node: title, messageId: 'long', data: { most, words } });
    },
  }),
};
