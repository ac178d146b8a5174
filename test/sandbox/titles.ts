import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Titles in a test file, as written: of tests, of groups, and of the rows of tables, whose first text is theirs. */
export function titlesIn(file: string): Set<string> {
  const titles = new Set<string>();
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    const title = ts.isCallExpression(node) && isTest(node.expression) ? node.arguments[0] : undefined;
    const row = ts.isArrayLiteralExpression(node) ? node.elements[0] : undefined;
    for (const text of [title, row]) if (text && ts.isStringLiteralLike(text)) titles.add(text.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

/** `test`, and what `test.each(rows)` answers. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'test';
  return (
    ts.isCallExpression(callee) && ts.isPropertyAccessExpression(callee.expression) && callee.expression.name.text === 'each'
  );
}
