import type { Answer, Route, SandboxRequest } from './router.js';
import { RouteTable } from './route-table.js';

/** One request from its arrival to its end; between the two lie the faults. */
export interface Visit {
  /** What the real server would have waited before answering, known once it has answered. */
  slowedMs: number;
  answer(): Promise<Answer>;
  /** The request is over, however it ended. */
  leave(): void;
}

/** Visits to a vendor of which only the routes matter; `unknown` answers a path that no route has. */
export function visitsByRoute(routes: Route[], unknown: (request: SandboxRequest) => Answer): (request: SandboxRequest) => Visit {
  const table = new RouteTable(routes);
  return (request) => ({ slowedMs: 0, answer: () => answerByRoute(table, unknown, request), leave: () => undefined });
}

async function answerByRoute(
  table: RouteTable<Route>,
  unknown: (request: SandboxRequest) => Answer,
  request: SandboxRequest,
): Promise<Answer> {
  const match = table.match(request.method, request.path);
  if (match.kind === 'route') return match.route.handle(request, match.params);
  if (match.kind === 'path') return { status: 405 };
  return unknown(request);
}
