import type { Answer, Route, SandboxRequest } from '../../router.js';
import { modelErrors, notFound } from '../answers.js';
import { answerWith, RESELLER, route, type Broker } from '../broker.js';
import { isAvailable } from '../days.js';
import { queryValue, required } from '../input.js';
import { sameId, type Rec } from '../store.js';
import { unsupported } from '../unsupported.js';

/** Microsoft's recurring and one-time invoice: every NCE record type, "Azure" in the name notwithstanding (`docs/vendors/cloudmore.md` 3.7). */
export function invoiceRoutes(broker: Broker): Route[] {
  return [
    route('GET', '/billing/azurereports/AzureOneTimeInvoiceList', () => answerWith(broker, available(broker).map(listView))),
    route('POST', '/billing/azurereports/AzureOneTimeInvoice/generateReport', (request, { resellerId }) =>
      generate(broker, request, resellerId),
    ),
    route('GET', '/billing/azurereports/AzureOneTimeInvoice/:taskId', (_request, { taskId }) =>
      broker.tasks.poll('oneTimeInvoice', taskId),
    ),
  ];
}

function generate(broker: Broker, request: SandboxRequest, resellerId: string): Answer {
  const number = queryValue(request, 'invoiceNumber');
  if (!number) return modelErrors(required('invoiceNumber'));
  // It presumably answers a link to a file instead of the data; nobody knows which.
  if (queryValue(request, 'storeToBlob')?.toLowerCase() === 'true') return unsupported(request, 'storeToBlob=true');
  const invoice = available(broker).find(({ invoiceNumber }) => sameId(invoiceNumber, number));
  if (!invoice?.report) return notFound('Invoice');
  const path = `${RESELLER.replace(':resellerId', resellerId)}/billing/azurereports/AzureOneTimeInvoice`;
  return broker.tasks.start('oneTimeInvoice', request, path, () => invoice.report);
}

const available = ({ store, clock }: Broker) =>
  store.world.oneTimeInvoices.filter(({ invoiceDate, availableFrom }) => isAvailable(clock.now(), availableFrom ?? invoiceDate));

function listView({ report: _report, availableFrom: _from, ...listed }: Rec): Rec {
  return listed;
}
