import { breakers } from './breakers.js';
import * as catalogue from './catalogue.js';
import * as charges from './charges.js';
import { claims } from './claims.js';
import * as contracts from './contracts.js';
import { countedLines } from './counted-lines.js';
import * as owners from './earlier-owners.js';
import { billedElsewhere } from './elsewhere.js';
import * as lines from './lines.js';
import * as ghosts from './money-without-a-line.js';
import * as organizations from './organizations.js';
import { rowAndCharge } from './row-and-charge.js';
import { shrunkReports } from './shrunk-reports.js';
import type { Table } from './table.js';
import * as unreadable from './unreadable.js';
import { unreadableCompanies, unreadableReport } from './unreadable-report.js';
import * as unseen from './unseen.js';

/** Every numbered rule of billing. A new one is put here first. */
export const RULES = [
  ...['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10'],
  ...['2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '2.7', '2.8'],
  ...['3.1', '3.2', '3.3', '3.4', '3.5'],
  ...['4.1', '4.2', '4.3', '4.4'],
  ...['5.1', '5.2', '5.3', '5.4'],
  ...['6.1', '6.2', '6.3', '6.4', '6.5', '6.6', '6.7'],
  ...['7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '7.7', '7.8', '7.9', '7.10'],
  ...['8.1', '8.2', '8.3', '8.4', '8.5', '8.6', '8.7', '8.8', '8.9'],
  ...['9.1', '9.2', '9.3', '9.4', '9.5'],
];

/** All tables but that of days (7.10, `test/api/days-table.ts`), in the order in which the README shows them. */
export const tables: Table[] = [
  ...[lines.whichLines, lines.monthBreaker, shrunkReports, countedLines],
  ...[lines.recordTypes, lines.left, lines.manualLines, lines.unknownCharge, unreadable.unreadable, unreadableReport],
  ...[organizations.companies, unreadableCompanies, organizations.foreign, organizations.converted],
  ...[organizations.groups, organizations.oneOff],
  ...[catalogue.services, catalogue.ambiguous, catalogue.invoiceTexts],
  ...[contracts.found, contracts.contracts, unreadable.gone, billedElsewhere, contracts.ends, contracts.extensions],
  ...[
    rowAndCharge,
    charges.paidOnce,
    charges.carriedOn,
    charges.charges,
    charges.usage,
    owners.earlierOwners,
    charges.readBack,
    claims,
  ],
  ...[
    ghosts.withoutLine,
    ghosts.foreignMoney,
    ghosts.dismissals,
    owners.ofNobodyKnowsWhat,
    { ...unseen.unseen, rows: [...unseen.unseen.rows, ...unseen.unread.rows] },
  ],
  breakers,
];
