import type { AutotaskBelief, CloudmoreBelief } from './beliefs.js';
import * as described from './autotask-described.js';
import * as records from './autotask-records.js';
import * as searches from './autotask-searches.js';
import type { AutotaskSeen } from './autotask-seen.js';
import * as cloudmore from './cloudmore-asks.js';
import { offset } from './offset.js';
import { source } from './source.js';
import type { CloudmoreSeen } from './cloudmore-seen.js';
import type { Verdict } from './verdict.js';

/** How each belief is asked: the compiler demands one for every row of the table. */

export const ASK_AUTOTASK: Record<AutotaskBelief, (seen: AutotaskSeen) => Promise<Verdict>> = {
  'A1.zone': described.zone,
  'A1.threshold': described.threshold,
  'A2.access': described.access,
  'A2.members': described.members,
  'A2.searched': described.searched,
  'A2.udf': described.userDefinedField,
  'A2.required': described.required,
  'A2.labels': described.labels,
  'A3.survey': searches.survey,
  'A3.lookup': searches.lookUp,
  'A3.case': searches.textCase,
  'A3.or': searches.orGroup,
  'A3.flags': searches.flags,
  'A3.list': searches.list,
  'A3.charges': searches.charges,
  'A3.ignored': searches.ignored,
  'A4.ids': records.byId,
  'A4.days': records.days,
  'A4.connector': records.connector,
  'A5.grid': records.grid,
  'A5.extended': records.extended,
  'A5.costs': records.costs,
  'A5.split': records.split,
  'A5.end': records.lastRow,
  'A5.filter': records.filter,
  'A6.frozen': records.frozen,
  'A6.decimals': records.decimals,
  'A7.names': records.names,
  'A7.inactive': records.inactive,
  'A7.procurement': records.procurement,
  'A7.currencies': records.currencies,
  'A8.missing': searches.missing,
  'A8.text': searches.textForId,
  'A8.url': searches.longAddress,
};

export const ASK_CLOUDMORE: Record<CloudmoreBelief, (seen: CloudmoreSeen) => Promise<Verdict>> = {
  'C1.description': cloudmore.description,
  'C2.token': cloudmore.token,
  'C3.services': cloudmore.services,
  'C3.organizations': cloudmore.organizations,
  'C3.property': cloudmore.property,
  'C4.subscriptions': cloudmore.subscriptions,
  'C4.prices': cloudmore.prices,
  'C5.words': cloudmore.words,
  'C5.members': cloudmore.members,
  'C5.values': cloudmore.values,
  'C6.end': cloudmore.endDay,
  'C6.dates': cloudmore.dates,
  'C7.invoice': cloudmore.invoice,
  'C8.sums': cloudmore.sums,
  'C8.types': cloudmore.types,
  'C8.payment': cloudmore.payment,
  'C8.subscriptions': cloudmore.shared,
  'C8.takeover': cloudmore.takeover,
  'C8.offset': offset,
  'C8.source': source,
};
