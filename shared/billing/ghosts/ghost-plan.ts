import type { ContractContext } from '../contracts/plan-contract.js';
import type { AcceptedItem } from '../report/accepted.js';
import type { MonthFacts } from '../report/facts.js';
import { IndexBy } from '../basics/text.js';
import type { Ghost, Item, Note, Step } from '../plan-types.js';

/** What comes of looking for money without a line (rule 8), and what is known for it. */
export interface GhostPlan {
  ghosts: Ghost[];
  steps: Step[];
  notes: Note[];
  needsDetail: number[];
}

export interface GhostContext extends ContractContext {
  facts: MonthFacts;
  organizationId: string;
  currency: string;
  /** Charge keys (folded bases) of every item of the organization, with the contract it is billed on; null where it is billed nowhere. */
  itemCharges: Map<string, { home: number | null } & Pick<Item, 'type' | 'itemCode'>>;
  /** What the last accepted report of the month had of the organization (rule 1.6); null where that is not known. */
  accepted: AcceptedItem[] | null;
  /** Folded subscription ids whose lines another organization has now, and is billed for. */
  moved: Set<string>;
  /** Folded subscription ids whose lines another organization had before, and this one has now. */
  arrived: Set<string>;
  /** Why nobody answers for the company any more (8.7): everything there is a ghost, and only a person removes it. Null where somebody does. */
  whyStray: ((contractKey: string | null) => string) | null;
  /** Whether nobody can tell whose a line of the organization is: it may be that of any contract, so nothing is brought to nothing, and all of it is listed (2.7). */
  isUnclear: boolean;
}

export const NO_GHOSTS: GhostPlan = { ghosts: [], steps: [], notes: [], needsDetail: [] };

const ghostsByContract = new IndexBy<Ghost>(({ contractKey }) => contractKey);

/** Those of one contract key. */
export const ghostsUnder = (ghosts: Ghost[], contractKey: string): Ghost[] => ghostsByContract.find(ghosts, contractKey);

export const mergeGhosts = (parts: GhostPlan[]): GhostPlan => ({
  ghosts: parts.flatMap(({ ghosts }) => ghosts),
  steps: parts.flatMap(({ steps }) => steps),
  notes: parts.flatMap(({ notes }) => notes),
  needsDetail: parts.flatMap(({ needsDetail }) => needsDetail),
});
