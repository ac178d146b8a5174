import type { Route } from './router.js';

/** What a method and a path lead to. `path`: the path exists, but not with this method. */
export type Match<R extends Route> =
  { kind: 'route'; route: R; params: Record<string, string> } | { kind: 'path' } | { kind: 'nothing' };

interface Node<R> {
  literals: Map<string, Node<R>>;
  parameter: Node<R> | undefined;
  routes: Map<string, R>;
}

/** Routes as a tree of path segments. A literal segment is preferred to a captured one. */
export class RouteTable<R extends Route> {
  readonly #root: Node<R> = createNode();

  constructor(readonly routes: readonly R[]) {
    for (const route of routes) this.#add(route);
  }

  match(method: string, path: string): Match<R> {
    const segments = segmentsOf(path);
    const found = find(this.#root, segments, []);
    if (!found) return { kind: 'nothing' };
    const route = found.node.routes.get(method.toUpperCase());
    return route ? { kind: 'route', route, params: named(route.pattern, found.captured) } : { kind: 'path' };
  }

  #add(route: R): void {
    let node = this.#root;
    for (const segment of segmentsOf(route.pattern))
      node = segment.startsWith(':') ? parameterOf(node) : literalOf(node, segment);
    if (node.routes.has(route.method)) throw new Error(`Internal: ${route.method} ${route.pattern} is there twice`);
    node.routes.set(route.method, route);
  }
}

const createNode = <R>(): Node<R> => ({ literals: new Map(), parameter: undefined, routes: new Map() });
const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

function parameterOf<R>(node: Node<R>): Node<R> {
  node.parameter ??= createNode();
  return node.parameter;
}

function literalOf<R>(node: Node<R>, segment: string): Node<R> {
  const key = segment.toLowerCase();
  const next = node.literals.get(key) ?? createNode();
  node.literals.set(key, next);
  return next;
}

function find<R>(
  node: Node<R>,
  [segment, ...rest]: string[],
  captured: string[],
): { node: Node<R>; captured: string[] } | undefined {
  if (segment === undefined) return node.routes.size > 0 ? { node, captured } : undefined;
  const literal = node.literals.get(segment.toLowerCase());
  return (literal && find(literal, rest, captured)) ?? (node.parameter && find(node.parameter, rest, [...captured, segment]));
}

function named(pattern: string, captured: string[]): Record<string, string> {
  const names = segmentsOf(pattern).filter((segment) => segment.startsWith(':'));
  return Object.fromEntries(names.map((name, index) => [name.slice(1), captured[index] ?? '']));
}
