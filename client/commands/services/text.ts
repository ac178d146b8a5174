import { us } from '../../terminal/called.js';
import type { ExistingService } from '../../../shared/autotask/existing-service.js';
import type { ServiceSuggestion } from './suggest.js';
import { onTerminal } from '../../terminal/printable.js';
import { table, type Column } from '../../terminal/table.js';

/** Existing services, and which product of the month each is likely to be, as people read them on a terminal. */

export type ListedService = Omit<ExistingService, 'references'> & {
  /** Contracts that it stands on. */
  contracts: number;
  whose: 'ours' | "others'" | 'unused';
};

const SUGGESTIONS: Column[] = [
  { title: 'sales', align: 'right' },
  { title: '' },
  { title: 'product' },
  { title: 'item code' },
  { title: 'service' },
];

export const renderServiceSuggestions = onTerminal((suggestions: ServiceSuggestion[], paper) =>
  suggestions.length === 0
    ? 'No product of the month has its own service.'
    : [
        table(
          SUGGESTIONS,
          suggestions.map(({ sales, verdict, name, itemCode, service }) => [
            sales,
            verdict,
            name,
            itemCode,
            service === null ? '' : `${service.id} ${service.name}`,
          ]),
          paper,
        ),
        '',
        'Products that are not "found" get a new service, unless you choose an existing one:',
        `  ${us()} services match MONTH --out FILE`,
        `  ${us()} services import FILE --write`,
      ].join('\n'),
);

const LISTED: Column[] = [
  { title: 'id', align: 'right' },
  { title: 'service' },
  { title: 'invoice description' },
  { title: 'contracts', align: 'right' },
  { title: '' },
];

export const renderServiceList = onTerminal((services: ListedService[], paper) =>
  table(
    LISTED,
    services.map(({ id, name, key, isActive, contracts, whose }) => [
      String(id),
      isActive ? name : `${name} (inactive)`,
      key ?? '',
      String(contracts),
      whose,
    ]),
    paper,
  ),
);
