import type { Answer, Route, SandboxRequest } from '../../router.js';
import { modelErrors, notFound } from '../answers.js';
import { answerWith, route, type Broker } from '../broker.js';
import { isAvailable, isWithin, readRange } from '../days.js';
import { queryValue, required } from '../input.js';
import { sameId, type Rec } from '../store.js';

/** Reports of the generation before NCE: Microsoft 365 by billing cycle (`docs/vendors/cloudmore.md` 3.8) and Azure Classic (3.9). */
export function legacyRoutes(broker: Broker): Route[] {
  return [
    route('GET', '/billing/cspreports/MonthlyBillingPerOrganization', (request) => {
      const read = readRange(queryValue(request, 'startDate'), queryValue(request, 'endDate'));
      if ('refusal' in read) return read.refusal;
      const shown = broker.store.world.legacyReports.filter(
        ({ billingDate, availableFrom }) =>
          isWithin(read.range, billingDate) && isAvailable(broker.clock.now(), availableFrom ?? billingDate),
      );
      return answerWith(broker, shown.map(asServed));
    }),
    route('GET', '/billing/azurereports/InvoiceList', () =>
      answerWith(
        broker,
        classicInvoices(broker).map(({ invoiceId, invoiceDate }) => ({ invoiceId, invoiceDate })),
      ),
    ),
    // The detail goes deeper than the overview; a world that needs more than the overview's members gives them in the same record.
    route('GET', '/billing/azurereports/InvoiceOverview', (request) => classicInvoice(broker, request)),
    route('GET', '/billing/azurereports/Invoice', (request) => classicInvoice(broker, request)),
  ];
}

function classicInvoice(broker: Broker, request: SandboxRequest): Answer {
  const id = queryValue(request, 'invoiceId');
  if (!id) return modelErrors(required('invoiceId'));
  const invoice = classicInvoices(broker).find(({ invoiceId }) => sameId(invoiceId, id));
  return invoice ? answerWith(broker, asServed(invoice)) : notFound('Invoice');
}

const classicInvoices = ({ store, clock }: Broker) =>
  store.world.azureClassicInvoices.filter(({ invoiceDate, availableFrom }) =>
    isAvailable(clock.now(), availableFrom ?? invoiceDate),
  );

function asServed({ availableFrom: _from, ...served }: Rec): Rec {
  return served;
}
