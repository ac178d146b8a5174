/** Where an organization's month can stand, and what follows from it. */
interface StatusRules {
  /** Its workflow stays open, to be released, skipped or run again. */
  staysOpen: boolean;
  /** A person has to do something before it is right. */
  waitsForPerson: boolean;
  /** Something is wrong, rather than only not yet released. */
  isBroken: boolean;
}

const SETTLED: StatusRules = { staysOpen: false, waitsForPerson: false, isBroken: false };

export const STATUS_RULES = {
  Done: SETTLED,
  Unchanged: SETTLED,
  Excluded: SETTLED,
  Running: SETTLED,
  /** Left out by a person: nothing to do, until a rerun lifts it. */
  Skipped: { staysOpen: true, waitsForPerson: false, isBroken: false },
  AwaitingApproval: { staysOpen: true, waitsForPerson: true, isBroken: false },
  NeedsAttention: { staysOpen: true, waitsForPerson: true, isBroken: true },
  /** No workflow is left that could be released: terminated, timed out, or without an outcome. */
  Failed: { staysOpen: false, waitsForPerson: true, isBroken: true },
} as const satisfies Record<string, StatusRules>;

export type OrganizationStatus = keyof typeof STATUS_RULES;

/** States in which an organization's workflow stays open for a person. */
export const isParked = (status: OrganizationStatus): boolean => STATUS_RULES[status].staysOpen;
/** Whether somebody has to do something; the only answer to "who waits for a person". */
export const waitsForPerson = (status: OrganizationStatus): boolean => STATUS_RULES[status].waitsForPerson;
export const isBroken = (status: OrganizationStatus): boolean => STATUS_RULES[status].isBroken;
/** Whether its workflow is open and waits for somebody: what a release, a skip or a rerun can still reach. */
export const isOpenForPerson = (status: OrganizationStatus): boolean => isParked(status) && waitsForPerson(status);
/** The state as people read it: "awaiting approval". */
export const statusInWords = (status: OrganizationStatus): string =>
  status.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
/** How an organization's workflow says where it stands, at the beginning of what it answers. */
export const standsAs = (name: string, status: OrganizationStatus): string => `${name}: ${statusInWords(status)}.`;
/** Whether an answer says that it stands so. */
export const standsAsIn = (answer: string, status: OrganizationStatus): boolean => answer.includes(standsAs('', status));
export const isStatus = (text: unknown): text is OrganizationStatus =>
  typeof text === 'string' && Object.hasOwn(STATUS_RULES, text);
