import { Big } from 'big.js';
import { objectsOf } from './input.js';
import type { Rec } from './store.js';

/**
 * The same report cut the other way: service, then organization (`MbpsService`, `MbpsOrganization`). The report carries no totals of a service
 * over all organizations, so they are added up here, exactly.
 */
export function perService(block: Rec): Rec {
  const services = new Map<unknown, { serviceName: unknown; organizations: Rec[] }>();
  for (const organization of objectsOf(block, 'organizations')) {
    for (const service of objectsOf(organization, 'services')) {
      const { serviceId, serviceName, ...bought } = service;
      const entry = services.get(serviceId) ?? { serviceName, organizations: [] };
      entry.organizations.push({ ...withoutServices(organization), ...bought });
      services.set(serviceId, entry);
    }
  }
  const { organizations: _tree, ...head } = block;
  return { ...head, services: [...services].map(([serviceId, entry]) => ({ serviceId, ...totalled(entry) })) };
}

function withoutServices({ services: _services, ...head }: Rec): Rec {
  return head;
}

const totalled = ({ serviceName, organizations }: { serviceName: unknown; organizations: Rec[] }): Rec => ({
  serviceName,
  totalCostPrice: sum(organizations, 'totalCostPrice'),
  totalSalesPrice: sum(organizations, 'totalSalesPrice'),
  organizations,
});

const sum = (records: Rec[], name: string): number =>
  records.reduce((total, { [name]: amount }) => total.plus(isAmount(amount) ? amount : 0), new Big(0)).toNumber();

const isAmount = (value: unknown): value is number | string =>
  typeof value === 'number' || (typeof value === 'string' && value !== '');
