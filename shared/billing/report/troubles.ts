import { fold } from '../basics/text.js';
import type { Line } from '../types.js';

export interface Troubles {
  /** A line of which nobody can tell which item it belongs to: no item of the organization is known to be whole. */
  organization: string | null;
  /** The same, where its subscription is known, by folded id. */
  subscriptions: Map<string, string>;
}

/** What lines that cannot be read hold besides their own items. */
export function troublesOf(lines: Line[]): Troubles {
  const troubles: Troubles = { organization: null, subscriptions: new Map() };
  for (const { trouble, subscriptionId } of lines) {
    if (trouble?.holds === 'organization') troubles.organization ??= trouble.message;
    if (trouble?.holds === 'subscription') troubles.subscriptions.set(fold(subscriptionId), trouble.message);
  }
  return troubles;
}

export const NO_TROUBLES: Troubles = { organization: null, subscriptions: new Map() };
