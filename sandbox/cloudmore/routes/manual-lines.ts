import type { Route } from '../../router.js';
import { notFound } from '../answers.js';
import { answerWith, route, type Broker } from '../broker.js';
import { objectsOf } from '../input.js';
import { sameId, type Block, type Rec } from '../store.js';
import { availableBlocks } from './monthly-billing.js';

/**
 * Charges and discounts that a person typed (`docs/vendors/cloudmore.md` 3.11). A world has them only where they count, as lines of the monthly report; this lists the
 * same lines the other way round.
 */
export function manualLineRoutes(broker: Broker): Route[] {
  return [
    route('GET', '/organizations/:organizationId/manualbilling', (_request, { organizationId }) => {
      if (!broker.store.organization(organizationId)) return notFound('Organization');
      return answerWith(
        broker,
        availableBlocks(broker).flatMap((block) => manualLines(block, organizationId)),
      );
    }),
  ];
}

const manualLines = (block: Block, organizationId: string): Rec[] =>
  objectsOf(block, 'organizations')
    .filter((organization) => sameId(String(organization.organizationId), organizationId))
    .flatMap((organization) => objectsOf(organization, 'services'))
    .flatMap((service) =>
      objectsOf(service, 'items').flatMap((item) =>
        objectsOf(item, 'products')
          .filter(({ recordType }) => recordType === 'ManualBillingLine')
          .map((product) => manualLine(block, service, item, product)),
      ),
    );

const manualLine = (block: Block, service: Rec, item: Rec, product: Rec): Rec => ({
  billingDate: block.billingDate,
  serviceId: service.serviceId,
  subscriptionId: item.subscriptionId,
  productId: product.productId,
  description: product.productName,
  quantity: product.quantity,
  costPrice: product.costPrice,
  salesPrice: product.salesPrice,
});
