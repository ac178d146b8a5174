import type { Answer, Route, SandboxRequest } from '../../router.js';
import { empty, invalidValue, modelErrors, notFound } from '../answers.js';
import { answerWith, route, type Broker } from '../broker.js';
import { nextDay } from '../days.js';
import { bodyObject, memberOf, missingBody, queryValue, required } from '../input.js';
import { sameId, type PriceListItem, type Subscription } from '../store.js';

/** The broker's services and what they cost (`docs/vendors/cloudmore.md` 3.3, 3.5). */
export function serviceRoutes(broker: Broker): Route[] {
  const { store } = broker;
  return [
    route('GET', '/services', () => answerWith(broker, store.world.services)),
    route('GET', '/services/:id', (_request, { id }) => {
      const service = store.service(id);
      return service ? answerWith(broker, service) : notFound('Service');
    }),
    route('GET', '/services/:serviceId/pricelist', (request, { serviceId }) => {
      if (!store.service(serviceId)) return notFound('Service');
      const currency = queryValue(request, 'currencyCode');
      return answerWith(
        broker,
        store.priceList(serviceId).filter((item) => isIn(currency, item)),
      );
    }),
    route('PUT', '/services/:serviceId/pricelist', (request, { serviceId }) => changePrice(broker, request, serviceId)),
    route('GET', '/services/:serviceId/pricelist/CommitmentPrice', (request, { serviceId }) =>
      priceAnswer(broker, request, serviceId, commitmentPrice),
    ),
    route('GET', '/services/:serviceId/pricelist/PostRenewalPrice', (request, { serviceId }) =>
      priceAnswer(broker, request, serviceId, postRenewalPrice),
    ),
  ];
}

const isIn = (currency: string | undefined, item: PriceListItem): boolean =>
  currency === undefined || item.currencyCode === undefined || sameId(item.currencyCode, currency);

/** For Microsoft services `itemId` is the item code. */
function changePrice({ store }: Broker, request: SandboxRequest, serviceId: string): Answer {
  if (!store.service(serviceId)) return notFound('Service');
  const body = bodyObject(request);
  if (!body) return missingBody();
  const [itemId, currency, salesPrice] = ['itemId', 'currencyCode', 'salesPrice'].map((name) => memberOf(body, name));
  if (typeof itemId !== 'string') return modelErrors(required('itemId'));
  if (typeof salesPrice !== 'number' && typeof salesPrice !== 'string') return modelErrors(required('salesPrice'));
  const isMeant = (item: PriceListItem): boolean =>
    sameId(item.itemCode, itemId) && isIn(typeof currency === 'string' ? currency : undefined, item);
  const items = store.priceList(serviceId);
  if (!items.some(isMeant)) return invalidValue(`"${itemId}" is not an item of this price list`);
  store.replacePriceList(
    serviceId,
    items.map((item) => (isMeant(item) ? { ...item, salesPrice } : item)),
  );
  return empty(204);
}

type PriceView = (subscription: Subscription, item: PriceListItem) => object;

function priceAnswer(broker: Broker, request: SandboxRequest, serviceId: string, view: PriceView): Answer {
  const [organizationId, subscriptionId] = [queryValue(request, 'organizationId'), queryValue(request, 'subscriptionId')];
  if (!organizationId || !subscriptionId) {
    return modelErrors({
      ...(organizationId ? {} : required('organizationId')),
      ...(subscriptionId ? {} : required('subscriptionId')),
    });
  }
  if (!broker.store.service(serviceId)) return notFound('Service');
  const subscription = broker.store.subscription(subscriptionId);
  if (!subscription || !sameId(subscription.organizationId, organizationId)) return notFound('Subscription');
  const item = broker.store.priceList(serviceId).find(({ itemCode }) => itemCode === subscription.itemCode);
  return item ? answerWith(broker, view(subscription, item)) : notFound('Price');
}

/** The price that the running commitment has locked: the subscription's own, where it says so, else the list's. */
const commitmentPrice: PriceView = (subscription, item) => ({
  subscriptionId: subscription.id,
  itemCode: item.itemCode,
  currencyCode: item.currencyCode,
  costPrice: subscription.unitCostPrice ?? item.costPrice,
  salesPrice: subscription.unitSalesPrice ?? item.salesPrice,
  commitmentEndDate: subscription.commitmentEndDate,
});

/** The price from the day after the commitment: today's list. */
const postRenewalPrice: PriceView = ({ id, commitmentEndDate }, item) => ({
  subscriptionId: id,
  itemCode: item.itemCode,
  currencyCode: item.currencyCode,
  costPrice: item.costPrice,
  salesPrice: item.salesPrice,
  renewalDate: typeof commitmentEndDate === 'string' ? nextDay(commitmentEndDate) : null,
});
