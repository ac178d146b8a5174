import { connect } from 'node:net';

/** Where somebody may listen. */
export interface Place {
  host: string;
  port: number;
}

/** What the network says where nobody listens: its own code, and the same for people. */
export interface Unheard {
  code: string;
  why: string;
}

/** Host and port of `host:port`, `[IPv6]:port` or a host alone. */
export function placeOf(address: string, usualPort: number): Place {
  const [, six, name = '', port] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(address) ?? [];
  return { host: six ?? (name || address), port: port === undefined ? usualPort : Number(port) };
}

/** Whether somebody listens there; null where somebody does. A connection is opened and nothing is said: what is said may count as a message. */
export function unheardAt({ host, port }: Place, withinMs: number): Promise<Unheard | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: Unheard | null): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => end(null));
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) => end({ code: code ?? '', why: code ?? message }));
    socket.setTimeout(withinMs, () => end({ code: 'ETIMEDOUT', why: `nothing within ${withinMs / 1000} s` }));
  });
}
