/** What both vendors' stand-ins are made of: routes that answer one request. The server (`server.ts`) owns sockets, faults and the journal. */

/** One request as a route sees it. `path` is already normalised: decoded, no doubled or trailing slashes, original case. */
export interface SandboxRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Header names in lower case. */
  headers: Record<string, string | undefined>;
  /** Raw body text; '' when there was none. */
  text: string;
  /** Origin the client used, e.g. `http://127.0.0.1:4010`, for absolute links in answers. */
  origin: string;
}

/** One answer. `body` undefined sends no body; a string is sent as it is; anything else as JSON. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** `pattern` segments are literal (matched without regard to case) or `:name` (captured, decoded). */
export interface Route {
  method: string;
  pattern: string;
  handle(request: SandboxRequest, params: Record<string, string>): Answer | Promise<Answer>;
}

/** A vendor's stand-in: its routes over a state of its own, replaced whole by a reset. */
export interface Vendor {
  routes: Route[];
  /** Part of `GET /_sandbox/state`. */
  state(): unknown;
}
