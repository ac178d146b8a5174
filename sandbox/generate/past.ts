import type { GeneratedWorld } from '../generate.js';
import { isObject, objectsOf } from '../cloudmore/input.js';
import { Random } from './random.js';

/**
 * A tenant with years of billing: services that people made for the products that Cloudmore sells now, other tools' contracts that bill some of them,
 * many that bill something else, and inactive services of the same names.
 */

type Rec = Record<string, unknown>;

interface Product {
  itemCode: string;
  name: string;
  price: number;
  quantity: number;
}

/** Of a hundred customers so many have a contract that bills what the report has too. */
const BILLED_TWICE_PERCENT = 20;
const FIRST_SERVICE = 5_000;
const FIRST_CONTRACT = 50_000;
const UNRELATED = ['Managed workplace', 'Server monitoring', 'Firewall as a service', 'On-site support'];

/** The world with a past; the same seed gives the same one. */
export function withPast(world: GeneratedWorld, seed = 1): GeneratedWorld {
  const random = new Random(seed, -7);
  const sold = productsByCustomer(world);
  const products = new Map([...sold.values()].flat().map((product) => [product.itemCode, product]));
  const billingCode = Number((world.autotask['billingCodes'] as Rec[])[0]!['id']);
  const services = servicesOf([...products.values()], billingCode);
  const made = { contracts: [] as Rec[], contractServices: [] as Rec[] };
  const add = (
    companyID: number,
    name: string,
    serviceID: number,
    { units, unitPrice }: { units: number; unitPrice: number },
  ): void => {
    const id = FIRST_CONTRACT + made.contracts.length;
    made.contracts.push({
      id,
      companyID,
      contractName: name,
      contractType: 7,
      contractPeriodType: 2,
      status: 1,
      startDate: '2024-01-01',
      endDate: '2026-12-31',
      serviceLevelAgreementID: 1,
    });
    made.contractServices.push({ id: id + FIRST_CONTRACT, contractID: id, serviceID, unitPrice, unitCost: unitPrice / 2, units });
  };
  for (const [companyID, own] of sold) {
    const unrelated = random.int(0, UNRELATED.length - 1);
    add(companyID, `${UNRELATED[unrelated]!} ${companyID}`, FIRST_SERVICE + unrelated, {
      units: random.int(1, 40),
      unitPrice: 45,
    });
    const [product] = own;
    if (product === undefined || random.int(1, 100) > BILLED_TWICE_PERCENT) continue;
    const service = services.find((one) => one['sku'] === skuOf(product.itemCode) || one['name'] === product.name);
    if (service)
      add(companyID, `Microsoft licences ${companyID}`, Number(service['id']), {
        units: Math.max(1, product.quantity),
        unitPrice: product.price,
      });
  }
  return { ...world, autotask: { ...world.autotask, services, ...made } };
}

const skuOf = (itemCode: string): string => itemCode.split('-').slice(0, 2).join(':');

/** What people called things: some with Microsoft's id, some by the product's name alone, some deactivated under that name. */
function servicesOf(products: Product[], billingCodeID: number): Rec[] {
  const base = { billingCodeID, periodType: 2, serviceLevelAgreementID: 1, unitCost: 0 };
  const unrelated = UNRELATED.map((name, index) => ({
    ...base,
    id: FIRST_SERVICE + index,
    name,
    unitPrice: 45,
    invoiceDescription: `${name}, per unit`,
    isActive: true,
  }));
  return [
    ...unrelated,
    ...products.map((product, index): Rec => {
      const id = FIRST_SERVICE + 100 + index;
      const own = { ...base, id, unitPrice: product.price, invoiceDescription: `${product.name}, monthly`, isActive: true };
      if (index % 3 === 0) return { ...own, name: `M365 licence ${index}`, sku: skuOf(product.itemCode) };
      return index % 3 === 1
        ? { ...own, name: product.name }
        : { ...own, name: product.name, isActive: false, invoiceDescription: null };
    }),
  ];
}

/** The licences of each linked customer, by company; an id that no company has is nobody's past. */
function productsByCustomer({ cloudmore, autotask }: GeneratedWorld): Map<number, Product[]> {
  const existing = new Set((autotask['companies'] as Rec[]).map(({ id }) => Number(id)));
  const companies = new Map(cloudmore.organizations.map((one) => [String(one.id), companyOf(one)]));
  const found = new Map<number, Product[]>();
  for (const block of cloudmore.monthlyBilling)
    for (const customer of objectsOf(block, 'organizations')) {
      const company = companies.get(String(customer['organizationId']));
      if (company === undefined || !existing.has(company)) continue;
      const lines = objectsOf(customer, 'services')
        .flatMap((service) => objectsOf(service, 'items'))
        .flatMap((item) => objectsOf(item, 'products'));
      const licences = lines.filter((line) => /^CFQ7TTC0/.test(String(line['itemCode'])) && Number(line['quantity']) > 0);
      const products = licences.map((line) => ({
        itemCode: String(line['itemCode']),
        name: String(line['productName']),
        price: Number(line['salesPrice']),
        quantity: Number(line['quantity']),
      }));
      found.set(company, [...(found.get(company) ?? []), ...products]);
    }
  return found;
}

function companyOf(organization: Rec): number | undefined {
  const own = (organization['customProperties'] as unknown[] | undefined)
    ?.filter(isObject)
    .find(({ name }) => name === 'AutotaskCompanyID');
  const id = Number(own?.['value']);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
