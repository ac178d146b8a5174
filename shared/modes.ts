import { same } from './billing/basics/text.js';
import type { Mode } from './messages/messages.js';

/** How far a run may go for an organization: `BILLING_MODE`, what `BILLING_MODE_ORGANIZATIONS` says of it, and what the run was asked for. */

export interface Modes {
  /** `BILLING_MODE`. */
  mode: Mode;
  /** `BILLING_MODE_ORGANIZATIONS`: by id or exact name. */
  organizationModes: OrganizationMode[];
}

export interface OrganizationMode {
  organization: string;
  mode: Mode;
}

/** From the one that writes nothing to the one that asks nobody. */
export const MODES = ['shadow', 'approve', 'auto'] as const satisfies Mode[];

/**
 * The mode for an organization. Its own setting goes before the general one, and is the most a run may do; what a run was asked for can only lower it, so that
 * neither `--mode shadow` writes for an organization on `auto`, nor `--mode auto` for one in `shadow`.
 */
export function modeFor(
  { mode, organizationModes }: Modes,
  { id, name }: { id: string; name: string },
  ...asked: (Mode | null | undefined)[]
): Mode {
  return mostCautious(ownMode(organizationModes, { id, name }) ?? mode, ...asked);
}

/** Whether `BILLING_MODE_ORGANIZATIONS` says something of the organization. */
export const hasOwnMode = ({ organizationModes }: Modes, organization: { id: string; name: string }): boolean =>
  ownMode(organizationModes, organization) !== undefined;

const ownMode = (modes: OrganizationMode[], { id, name }: { id: string; name: string }): Mode | undefined =>
  modes
    .filter(({ organization }) => same(organization, id) || same(organization, name))
    .map(({ mode }) => mode)
    .reduce<Mode | undefined>((lowest, mode) => mostCautious(mode, lowest), undefined);

/** The one of them that goes least far; what nobody asked for does not count. */
export function mostCautious(most: Mode, ...asked: (Mode | null | undefined)[]): Mode {
  return asked.reduce<Mode>((lowest, one) => (one == null || MODES.indexOf(one) > MODES.indexOf(lowest) ? lowest : one), most);
}
