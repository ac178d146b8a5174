import type { Answer, Route, SandboxRequest } from '../router.js';
import { empty, jsonText } from './answers.js';
import type { Broker } from './broker.js';
import { isObject, objectsOf } from './input.js';
import type { Rec } from './store.js';

/**
 * The API's description of itself (`docs/vendors/cloudmore.md` 2.1): paths as they are routed, and models with the members that this world's records have. The models' names are
 * official (appendix B); nobody knows their members.
 */
export function descriptionRoute(
  broker: Broker,
  routes: Route[],
  refuse: (request: SandboxRequest) => Answer | undefined,
): Route {
  return {
    method: 'GET',
    pattern: '/swagger/v1/swagger.json',
    handle: (request) => {
      const { description } = broker.behaviour;
      if (description === 'none') return empty(404);
      const refusal = description === 'behindLogIn' ? refuse(request) : undefined;
      return refusal ?? jsonText(200, JSON.stringify(describe(broker, routes)));
    },
  };
}

function describe({ store }: Broker, routes: Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, pattern } of routes) {
    const path = pattern.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: { responses: {} } };
  }
  const { organizations, subscriptions, priceLists, oneTimeInvoices } = store.world;
  const schemas = {
    ...reportModels(store.world.monthlyBilling),
    OrganizationDetailViewModel: modelOf(organizations),
    DetailViewCustomProperty: modelOf(organizations.flatMap((one) => objectsOf(one, 'customProperties'))),
    CspNceSubscriptionViewModel: modelOf(subscriptions.nce),
    CspSubscriptionViewModel: modelOf(subscriptions.legacy),
    AzureSubscriptionViewModel: modelOf(subscriptions.azure),
    ResellerPriceListViewModel: modelOf(Object.values(priceLists).flat()),
    AzurePartnerInvoiceItemViewModel: modelOf(
      oneTimeInvoices.flatMap(({ report }) => (report ? objectsOf(report, 'items') : [])),
    ),
  };
  const known = Object.entries(schemas).filter(([, { properties }]) => Object.keys(properties).length > 0);
  return {
    openapi: '3.0.1',
    info: { title: 'Cloudmore API', version: 'v1' },
    paths,
    components: { schemas: Object.fromEntries(known) },
  };
}

function reportModels(blocks: Rec[]) {
  const organizations = blocks.flatMap((block) => objectsOf(block, 'organizations'));
  const services = organizations.flatMap((organization) => objectsOf(organization, 'services'));
  const items = services.flatMap((service) => objectsOf(service, 'items'));
  return {
    MonthlyBillingPerOrganizationViewModel: modelOf(blocks, ['availableFrom', 'availableUntil']),
    MbpoOrganizationViewModel: modelOf(organizations),
    MbpoServiceViewModel: modelOf(services),
    MbpoServiceItemViewModel: modelOf(items),
    MbpoProductViewModel: modelOf(items.flatMap((item) => objectsOf(item, 'products'))),
  };
}

function modelOf(records: readonly Rec[], hidden: string[] = []) {
  const properties: Record<string, { type: string }> = {};
  for (const record of records)
    for (const [name, value] of Object.entries(record)) if (!hidden.includes(name)) properties[name] ??= { type: typeOf(value) };
  return { type: 'object', properties };
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : isObject(value) ? 'object' : value === null ? 'string' : typeof value;
