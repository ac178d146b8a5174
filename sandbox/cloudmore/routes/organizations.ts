import type { Route } from '../../router.js';
import { empty, invalidValue, modelErrors, notFound } from '../answers.js';
import { answerWith, route, type Broker } from '../broker.js';
import { bodyObject, missingBody, queryValue } from '../input.js';
import { checkOrganization, type PropertyDefinition } from '../organization-update.js';
import type { Organization, Rec } from '../store.js';

/** Organizations and their custom properties (`docs/vendors/cloudmore.md` 3.2). */
export function organizationRoutes(broker: Broker): Route[] {
  const { store } = broker;
  return [
    route('GET', '/Organizations', (request) => {
      const onlyActive = queryValue(request, 'showActive')?.toLowerCase() === 'true';
      const shown = store.listOrganizations().filter(({ isActive }) => !onlyActive || isActive !== false);
      return answerWith(broker, shown.map(listView));
    }),
    route('GET', '/Organizations/:id', (_request, { id }) => {
      const organization = store.organization(id);
      return organization ? answerWith(broker, detailView(organization)) : notFound('Organization');
    }),
    route('PUT', '/Organizations/:id', (request, { id }) => {
      const organization = store.organization(id);
      if (!organization) return notFound('Organization');
      const body = bodyObject(request);
      if (!body) return missingBody();
      const checked = checkOrganization(body, organization, propertyDefinitions(broker));
      if (checked.kind === 'model') return modelErrors(checked.errors);
      if (checked.kind === 'value') return invalidValue(checked.message);
      store.replaceOrganization(checked.organization);
      return empty(204);
    }),
    route('GET', '/settings/CustomProperties', () => answerWith(broker, propertyDefinitions(broker))),
  ];
}

/** Members that only the detail has; above all the list is without custom properties, so that every organization costs a call of its own. */
const DETAIL_ONLY = ['registrationNumber', 'vat', 'notificationEmail', 'contact', 'address', 'currencyCode', 'customProperties'];

const listView = (organization: Organization): Rec =>
  Object.fromEntries(Object.entries(organization).filter(([name]) => !DETAIL_ONLY.includes(name)));

const detailView = (organization: Organization): Rec => ({
  ...organization,
  customProperties: organization.customProperties ?? [],
});

/** A world without definitions has a text box for every property that its organizations carry, and always the one that names the company. */
function propertyDefinitions({ store }: Broker): PropertyDefinition[] {
  const { customPropertyDefinitions, organizations } = store.world;
  if (customPropertyDefinitions) return customPropertyDefinitions;
  const carried = organizations.flatMap(({ customProperties }) => customProperties ?? []).map(({ name }) => name);
  return [...new Set(['AutotaskCompanyID', ...carried])].map((name, index) => ({
    id: `00000000-0000-4000-8001-${String(index + 1).padStart(12, '0')}`,
    name,
    type: 'TextBox',
    defaultValue: '',
    order: index + 1,
    isOrganizationProperty: true,
    isUserProperty: false,
    visibleToOrganizationUsers: false,
  }));
}
