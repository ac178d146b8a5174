import type { Clock } from '../clock.js';
import type { Answer, Route, SandboxRequest } from '../router.js';
import { jsonText, type Encode } from './answers.js';
import type { Behaviour } from './behaviour.js';
import type { Store } from './store.js';
import type { Tasks } from './tasks.js';

/** What the routes of one broker work on. */
export interface Broker {
  store: Store;
  clock: Clock;
  tasks: Tasks;
  encode: Encode;
  behaviour: Behaviour;
}

/** Everything of a broker lies below its id. */
export const RESELLER = '/api/resellers/:resellerId';

type Handle<Name extends string> = (request: SandboxRequest, params: Record<Name, string>) => Answer;

/** Names of the captured segments of a pattern. */
type ParamsOf<Pattern extends string> = Pattern extends `${infer Head}/${infer Tail}`
  ? ParamsOf<Head> | ParamsOf<Tail>
  : Pattern extends `:${infer Name}`
    ? Name
    : never;

/** A route below the broker's id whose handler knows its captured segments by name. */
export function route<Pattern extends string>(
  method: string,
  pattern: Pattern,
  handle: Handle<ParamsOf<Pattern> | 'resellerId'>,
): Route {
  return {
    method,
    pattern: `${RESELLER}${pattern}`,
    handle: handle,
  };
}

export const answerWith = ({ encode }: Pick<Broker, 'encode'>, value: unknown): Answer => jsonText(200, encode(value));
