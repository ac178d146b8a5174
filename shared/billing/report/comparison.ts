import {
  acceptedItem,
  compareReports,
  movedSubscriptions,
  type AcceptedItem,
  type AcceptedPart,
  type Compared,
} from './accepted.js';
import type { MonthFacts, OrganizationFacts } from './facts.js';
import { ranInto } from './ended.js';
import { goneElsewhere } from './gone-elsewhere.js';
import { buildItems, indexPrices, itemContext } from './items.js';
import { keyedItem } from './keyed-item.js';
import { reportMonthOf } from '../basics/month.js';
import { fold, groupBy } from '../basics/text.js';
import type { Settings } from '../types.js';

/** Rule 1.6, before anything is planned: the report against the last accepted one of its month, organization by organization. */

/** A report cut for planning (`cutReport`). */
export interface CutReport {
  facts: MonthFacts;
  organizations: OrganizationFacts[];
}

/** What was accepted of an organization that neither the report nor Cloudmore's list names any more, and that moved to nobody: no plan is made for it. */
export interface GoneOrganization {
  organizationId: string;
  organizationName: string;
  items: AcceptedItem[];
}

/** What was accepted of one organization. */
export interface AcceptedOrganization {
  organizationId: string;
  organizationName: string;
  part: AcceptedPart;
}

/** The report with what the planner must know of the accepted one. Organizations that the report does not name any more count as missing. */
export function compareWithAccepted(
  { facts, organizations }: CutReport,
  accepted: AcceptedOrganization[],
  settings: Pick<Settings, 'broker' | 'excludeServices' | 'exportRecordTypes' | 'breakers'>,
): CutReport & { gone: GoneOrganization[] } {
  const partOf = new Map(accepted.map((one) => [fold(one.organizationId), one]));
  const compared = organizations.map((slice): Compared => ({
    organizationId: slice.organization.id,
    organizationName: slice.organization.name,
    accepted: partOf.get(fold(slice.organization.id))?.part ?? null,
    now: acceptedLines(slice, facts, settings),
  }));
  const known = new Set(organizations.map(({ organization }) => fold(organization.id)));
  const gone = accepted
    .filter(({ organizationId }) => !known.has(fold(organizationId)))
    .map(({ part, ...one }): Compared => ({ ...one, accepted: part, now: [] }));
  const all = [...compared, ...gone];
  const listed = organizations.flatMap((slice) => slice.subscriptions);
  const subscriptions = listed.filter((one) => !ranInto(one, reportMonthOf(facts), facts.asOf));
  const comparison = compareReports(all, subscriptions, settings);
  const moved = movedSubscriptions(all);
  const elsewhere = goneElsewhere(all, subscriptions);
  const arrivals = groupBy([...moved.values()].flat(), ({ organizationId }) => fold(organizationId));
  return {
    gone: gone.flatMap(({ organizationId, organizationName, accepted: part }) => {
      const movedKeys = new Set(moved.get(organizationId)!.map(({ contractKey }) => fold(contractKey)));
      const items = part!.items.filter(({ contractKey }) => !movedKeys.has(fold(contractKey)));
      return items.length === 0 ? [] : [{ organizationId, organizationName, items }];
    }),
    facts: { ...facts, ...(comparison === null ? {} : { comparison }) },
    organizations: organizations.map((slice, index) => {
      const part = compared[index]!.accepted;
      const movedTo = moved.get(slice.organization.id)!;
      const goneThere = elsewhere.get(slice.organization.id)!;
      const came = arrivals.get(fold(slice.organization.id)) ?? [];
      const arrived = [...new Set(came.map(({ contractKey }) => contractKey))];
      const cameFrom = came.map(({ itemId, from }) => ({ itemId, from }));
      return {
        ...slice,
        ...(part === null ? {} : { accepted: part }),
        ...(movedTo.length === 0 ? {} : { movedTo }),
        ...(goneThere.length === 0 ? {} : { goneElsewhere: goneThere }),
        ...(arrived.length === 0 ? {} : { arrived, cameFrom }),
      };
    }),
  };
}

/** An organization's lines as accepted items. */
export const acceptedLines = (
  slice: OrganizationFacts,
  { prices }: MonthFacts,
  settings: Pick<Settings, 'broker' | 'excludeServices' | 'exportRecordTypes'>,
): Compared['now'] =>
  buildItems(slice.lines, itemContext(slice, indexPrices(prices), settings)).map((item) =>
    acceptedItem(item, keyedItem(item, settings).contractKey),
  );
