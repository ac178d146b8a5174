import type { Answer, Route } from '../../router.js';
import { notFound } from '../answers.js';
import { answerWith, route, type Broker } from '../broker.js';
import { sameId, type Subscription, type SubscriptionKind } from '../store.js';

/** Subscriptions, of the whole broker and of one organization (`docs/vendors/cloudmore.md` 3.4). Cancelled ones stay listed, with their status. */
export function subscriptionRoutes(broker: Broker): Route[] {
  const all = (kind: SubscriptionKind) => (): Answer => answerWith(broker, broker.store.listSubscriptions(kind));
  return [
    route('GET', '/services/csp/nce/subscriptions', all('nce')),
    route('GET', '/services/csp/Subscriptions', all('legacy')),
    route('GET', '/services/azure/Subscriptions', all('azure')),
    ...ofOrganization(broker, 'csp/nce', 'nce'),
    ...ofOrganization(broker, 'csp', 'legacy'),
    ...ofOrganization(broker, 'azureplan', 'azure', ({ type }) => type === 'AzurePlan'),
    // Azure subscriptions have no detail of their own below `azure`.
    ...ofOrganization(broker, 'azure', 'azure').slice(0, 1),
  ];
}

function ofOrganization(
  { store, encode }: Broker,
  service: string,
  kind: SubscriptionKind,
  isShown: (subscription: Subscription) => boolean = () => true,
): Route[] {
  const listed = (organizationId: string): Subscription[] =>
    store
      .listSubscriptions(kind)
      .filter((subscription) => sameId(subscription.organizationId, organizationId) && isShown(subscription));
  return [
    route('GET', `/organizations/:organizationId/services/${service}/subscriptions`, (_request, { organizationId }) =>
      store.organization(organizationId) ? answerWith({ encode }, listed(organizationId)) : notFound('Organization'),
    ),
    route('GET', `/organizations/:organizationId/services/${service}/subscriptions/:id`, (_request, { organizationId, id }) => {
      const subscription = listed(organizationId).find((subscription) => sameId(subscription.id, id));
      return subscription ? answerWith({ encode }, subscription) : notFound('Subscription');
    }),
  ];
}
