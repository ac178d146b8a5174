import { dirname, relative, resolve, sep } from 'node:path';
import { isBuiltin } from 'node:module';

/**
 * ESLint rule: who may import whom. The option is the list of everything the files of a folder may import:
 *
 * - a place in this repository without extension (`shared/billing`, `shared/messages`): that file, or everything in that folder;
 * - a package (`big.js`), every package of a scope (`@temporalio/*`), a builtin (`node:crypto`);
 * - `node:*` for every builtin, `packages` for every package outside `@temporalio`.
 *
 * `types` lists what may be imported for its types only, which leaves no trace at run time.
 */
export const importDirections = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: { may: { type: 'array', items: { type: 'string' } }, types: { type: 'array', items: { type: 'string' } } },
        required: ['may'],
        additionalProperties: false,
      },
    ],
    messages: {
      forbidden: '{{folder}} may not import {{target}}. Allowed: {{may}}. CONTRIBUTING.md has the directions and their reasons.',
      typesOnly: '{{folder}} may import only types of {{target}}: write `import type`.',
    },
  },
  create(context) {
    const { may, types = [] } = context.options[0];
    const file = context.filename;
    const folder = dirname(projectPath(context.cwd, file));

    const check = (source, isType) => {
      if (typeof source?.value !== 'string') return;
      const target = targetOf(context.cwd, file, source.value);
      if (may.some((entry) => covers(entry, target))) return;
      const typesAllowed = types.some((entry) => covers(entry, target));
      if (typesAllowed && isType) return;
      context.report({
        node: source,
        messageId: typesAllowed ? 'typesOnly' : 'forbidden',
        data: { folder, target, may: may.join(', ') },
      });
    };

    return {
      ImportDeclaration: (node) => check(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node.source, false),
      TSImportType: (node) => check(node.source ?? node.argument?.literal, true),
    };
  },
};

/** Path inside the repository, with `/` and without extension. */
function projectPath(root, file) {
  return relative(root, file)
    .split(sep)
    .join('/')
    .replace(/\.[cm]?[jt]s$/, '');
}

/** What a specifier means: a path in the repository, `node:x`, or a package's name without the path inside it. */
function targetOf(root, file, specifier) {
  if (specifier.startsWith('.')) return projectPath(root, resolve(dirname(file), specifier));
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Folders of this repository; their names must not be taken for packages. */
const PLACES = /^(\.\.|activities|bench|client|sandbox|scripts|shared|test|worker|workflows)(\/|$)/;

function covers(entry, target) {
  if (entry === 'packages') return !target.startsWith('node:') && !target.startsWith('@temporalio/') && !PLACES.test(target);
  if (entry.endsWith('*')) return target.startsWith(entry.slice(0, -1));
  return target === entry || target.startsWith(`${entry}/`);
}
