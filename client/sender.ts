import { userInfo } from 'node:os';
import type { Sender } from '../shared/messages/decisions.js';

/** Who decides on the command line: as `--actor` says, else the user of this machine. */
export function actorOf(actor: string | undefined): string {
  const named = actor?.trim() ?? '';
  return named === '' ? userInfo().username : named;
}

export const senderOf = (actor: string | undefined, reason?: string): Sender => ({
  actor: actorOf(actor),
  via: 'command',
  ...(reason === undefined ? {} : { reason }),
});
