import { serviceKeyOf } from '../contracts/catalogue.js';
import { currencyMismatch, foreignCost, type CompanyDecision } from '../contracts/company.js';
import { isExcludedService, type ItemContext } from '../report/items.js';
import { isTypeUncertain, troubleOf } from '../report/trouble.js';
import type { Item, Reason } from '../plan-types.js';
import type { Settings } from '../types.js';
import { isChargeType } from '../basics/record-types.js';
import { present } from '../basics/text.js';

/** What stops an item, alone or with its organization, before any contract is looked at (rules 2.2, 2.5, 3). */
export interface Refusal {
  outcome: 'held' | 'excluded';
  reason: Reason;
  message: string;
}

export function refusalOf(item: Item, company: CompanyDecision, context: ItemContext, settings: Settings): Refusal | null {
  const excluded = exclusionOf(item, context, settings);
  if (excluded) return { outcome: 'excluded', ...excluded };
  if (company.company === null) return { outcome: company.outcome, reason: company.reason, message: company.message };
  const trouble = troubleOf(item, context);
  if (trouble !== null) return { outcome: 'held', reason: 'unreadable', message: trouble };
  const mismatch = currencyMismatch(item.currency, company.currency);
  if (mismatch) return { outcome: 'held', reason: 'currency-mismatch', message: mismatch };
  const foreign = foreignCost(item, company, settings);
  if (foreign) return { outcome: 'held', reason: 'cost-in-other-currency', message: foreign };
  const unclassified = unclassifiedOf(item);
  return unclassified ? { outcome: 'held', reason: 'unclassified', message: unclassified } : null;
}

export function exclusionOf(item: Item, context: ItemContext, settings: Settings): { reason: Reason; message: string } | null {
  if (item.type === 'CustomService')
    return { reason: 'custom-service', message: 'Custom services are billed outside this export.' };
  // One that may be of another type is not left out for the type it seems to have.
  const isTypeOff = item.type !== 'Unclassified' && !settings.exportRecordTypes.includes(item.type);
  if (isTypeOff && !isTypeUncertain(item, context))
    return { reason: 'record-type-off', message: `${item.type} is not in EXPORT_RECORD_TYPES.` };
  if (isExcludedService(item.lines[0]!, context.excludedServices))
    return { reason: 'service-off', message: `${item.lines[0]!.serviceName} is in EXCLUDE_SERVICES.` };
  return null;
}

/** The record types that its lines name: one that no rule knows is the first thing to look at. */
function namedTypes({ lines }: Item): string {
  const types = [...new Set(lines.flatMap(({ recordType }) => present(recordType) ?? []))];
  return types.length === 0 ? '' : ` (record type ${types.map((type) => JSON.stringify(type)).join(', ')})`;
}

export function unclassifiedOf(item: Item): string | null {
  if (item.type === 'Unclassified')
    return `No rule says what kind of line this is${namedTypes(item)}. Correct it in Cloudmore, or exclude its service.`;
  if (!isChargeType(item.type) && serviceKeyOf(item) === null)
    return 'The licence has no item code, so no service can be found for it.';
  return null;
}
