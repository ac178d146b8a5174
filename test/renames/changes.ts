/** Ways in which a vendor's answers can differ from what we expect of one member, everywhere at once. */

export const CHANGES = ['renamed', 'null', 'in another case', 'wrapped in a record'] as const;
export type Change = (typeof CHANGES)[number];

/** A member of the records that a request answers with. */
export interface Member {
  vendor: 'Cloudmore' | 'Autotask';
  /** Part of the request's path. */
  path: string;
  name: string;
}

type Rec = Record<string, unknown>;

/** The answer with the member changed in every record that has it, however deep. */
export function changed(value: unknown, name: string, change: Change): unknown {
  if (Array.isArray(value)) return value.map((element) => changed(element, name, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Rec).map(([key, member]): [string, unknown] => {
      const below = changed(member, name, change);
      if (key.toLowerCase() !== name.toLowerCase()) return [key, below];
      if (change === 'renamed') return [`${key}X`, below];
      if (change === 'null') return [key, null];
      if (change === 'in another case') return [key === key.toUpperCase() ? key.toLowerCase() : key.toUpperCase(), below];
      return [key, { value: below }];
    }),
  );
}

const of = (vendor: Member['vendor'], path: string, names: string): Member[] =>
  names.split(' ').map((name) => ({ vendor, path, name }));

/** Every member that we read, by the request that it is read from. */
export const MEMBERS: Member[] = [
  ...of('Cloudmore', '/services$', 'id name type isCustomService'),
  ...of('Cloudmore', '/Organizations$', 'id name isActive'),
  ...of('Cloudmore', '/Organizations/', 'customProperties name value'),
  ...of(
    'Cloudmore',
    'MonthlyBillingPerOrganizationAsync/',
    'status report billingDate currencyCode organizations organizationId organizationName services serviceId serviceName items subscriptionId subscriptionName quantity products productId productName itemCode recordType chargeType publisherName skuName subscriptionDescription costPrice salesPrice totalCostPrice totalSalesPrice startDate endDate paymentFrequency',
  ),
  ...of(
    'Cloudmore',
    'ubscriptions$',
    'id organizationId name productName itemCode offerId status commitmentEndDate autoRenew type',
  ),
  ...of('Cloudmore', '/pricelist', 'itemCode name currencyCode subscriptionLength paymentFrequency costPrice salesPrice addons'),
  ...of('Cloudmore', 'AzureOneTimeInvoiceList$', 'invoiceNumber invoiceDate'),
  ...of(
    'Cloudmore',
    'AzureOneTimeInvoice/',
    'status report items organizationId customerName productName currency totalCostPrice totalSalesPrice total',
  ),
  ...of('Autotask', '/Companies/query', 'items pageDetails id companyName isActive currencyID'),
  ...of('Autotask', '/Currencies/query', 'items id name isActive isInternalCurrency'),
  ...of(
    'Autotask',
    '/Contracts/query',
    'items id companyID contractName contractNumber userDefinedFields status contractType contractPeriodType startDate endDate serviceLevelAgreementID',
  ),
  ...of(
    'Autotask',
    '/ContractServiceUnits/query',
    'items id contractID contractServiceID serviceID startDate endDate units price cost approveAndPostDate',
  ),
  ...of(
    'Autotask',
    '/ContractCharges/query',
    'items id contractID internalPurchaseOrderNumber productID datePurchased unitQuantity unitPrice unitCost isBilled',
  ),
  ...of('Autotask', '/Services/query', 'items id name invoiceDescription isActive unitPrice unitCost'),
  ...of('Autotask', '/entityInformation/fields', 'fields name isPickList picklistValues value label isActive dataType'),
  ...of('Autotask', '/ContractServices/query', 'items id contractID serviceID invoiceDescription'),
  ...of('Autotask', '/Products/query', 'items id name externalProductID isActive'),
];
