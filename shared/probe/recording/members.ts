/**
 * Members that a recording keeps, and how each of them is treated. What is not here is left out, and named with its type alone: nobody knows what is in it.
 *
 * `keep`: a number, a flag, a date, or a word of the vendor's own. `id`, `code`, `text`, `product`, `amount`: as `Disguise` says. `list`: records of their own.
 */
export type Treatment = 'keep' | 'id' | 'code' | 'text' | 'product' | 'amount' | { list: string };

export type Kind = keyof typeof KINDS;
export type Members = Record<string, Treatment>;

const treated = (treatment: Treatment, names: string): Members =>
  Object.fromEntries(names.split(' ').map((name) => [name, treatment]));

export const KINDS = {
  // ------------------------------------------------------------------------------------------------------- Cloudmore
  definition: { ...treated('id', 'id'), ...treated('keep', 'name type isOrganizationProperty isMandatory') },
  organization: {
    ...treated('id', 'id'),
    ...treated('text', 'name customerNumber'),
    ...treated('keep', 'isActive currencyCode'),
    customProperties: { list: 'property' },
  },
  property: { ...treated('id', 'id value'), ...treated('keep', 'name') },
  service: { ...treated('id', 'id'), ...treated('product', 'name'), ...treated('keep', 'type isCustomService') },
  price: {
    ...treated('code', 'itemCode productId skuId'),
    ...treated('product', 'name'),
    ...treated('keep', 'currencyCode subscriptionLength paymentFrequency'),
    ...treated('amount', 'costPrice salesPrice'),
    addons: { list: 'price' },
  },
  subscription: {
    ...treated('id', 'id organizationId'),
    ...treated('text', 'organizationName'),
    ...treated('product', 'name productName'),
    ...treated('code', 'itemCode offerId productId skuId'),
    ...treated(
      'keep',
      'quantity status termDuration billingFrequency startDate commitmentEndDate autoRenew type nextBillingDate currencyCode',
    ),
    ...treated('amount', 'unitCostPrice unitSalesPrice'),
  },
  block: {
    ...treated('keep', 'billingDate currencyCode'),
    ...treated('amount', 'totalCostPrice totalSalesPrice'),
    organizations: { list: 'customer' },
  },
  customer: {
    ...treated('id', 'organizationId'),
    ...treated('text', 'organizationName customerNumber'),
    ...treated('keep', 'currencyCode'),
    ...treated('amount', 'totalCostPrice totalSalesPrice'),
    services: { list: 'sold' },
  },
  sold: {
    ...treated('id', 'serviceId'),
    ...treated('product', 'serviceName'),
    ...treated('amount', 'totalCostPrice totalSalesPrice'),
    items: { list: 'item' },
  },
  item: {
    ...treated('id', 'subscriptionId'),
    ...treated('product', 'subscriptionName'),
    ...treated('text', 'purchaseOrderNumber'),
    ...treated('keep', 'quantity'),
    ...treated('amount', 'totalCostPrice totalSalesPrice'),
    products: { list: 'line' },
  },
  line: {
    ...treated('code', 'productId itemCode'),
    ...treated('product', 'productName skuName publisherName subscriptionDescription'),
    ...treated('keep', 'recordType chargeType quantity startDate endDate paymentFrequency'),
    ...treated('amount', 'costPrice salesPrice totalCostPrice totalSalesPrice'),
  },
  invoice: {
    ...treated('id', 'invoiceNumber'),
    ...treated('keep', 'invoiceDate currencyCode'),
    report: { list: 'invoiceReport' },
  },
  invoiceReport: { ...treated('keep', 'currencyCode'), items: { list: 'invoiceLine' } },
  invoiceLine: {
    ...treated('id', 'organizationId subscriptionId customerId'),
    ...treated('text', 'customerName'),
    ...treated('code', 'itemCode productId skuId'),
    ...treated('product', 'productName skuName publisherName'),
    ...treated('keep', 'currency recordType chargeType chargeStartDate chargeEndDate billingFrequency quantity'),
    ...treated('amount', 'totalCostPrice totalSalesPrice total'),
  },
  // ------------------------------------------------------------------------------------------------------- Autotask
  company: { ...treated('id', 'id'), ...treated('text', 'companyName'), ...treated('keep', 'isActive currencyID companyType') },
  billingCode: { ...treated('id', 'id'), ...treated('text', 'name'), ...treated('keep', 'useType isActive') },
  atService: {
    ...treated('id', 'id billingCodeID'),
    ...treated('product', 'name description'),
    ...treated('code', 'invoiceDescription'),
    ...treated('keep', 'periodType serviceLevelAgreementID isActive'),
    ...treated('amount', 'unitPrice unitCost'),
  },
  atProduct: {
    ...treated('id', 'id chargeBillingCodeID productBillingCodeID'),
    ...treated('product', 'name'),
    ...treated('keep', 'externalProductID isActive isSerialized doesNotRequireProcurement'),
    ...treated('amount', 'unitPrice unitCost'),
  },
  contract: {
    ...treated('id', 'id companyID'),
    ...treated('product', 'contractName'),
    ...treated('code', 'contractNumber'),
    ...treated('keep', 'contractType contractPeriodType status startDate endDate serviceLevelAgreementID'),
    userDefinedFields: { list: 'field' },
  },
  field: { ...treated('keep', 'name'), ...treated('id', 'value') },
  contractService: {
    ...treated('id', 'id contractID serviceID'),
    ...treated('product', 'invoiceDescription'),
    ...treated('amount', 'unitPrice unitCost'),
  },
  row: {
    ...treated('id', 'id contractID contractServiceID serviceID'),
    ...treated('keep', 'startDate endDate units approveAndPostDate'),
    ...treated('amount', 'price cost'),
  },
  charge: {
    ...treated('id', 'id contractID productID billingCodeID'),
    ...treated('product', 'name description'),
    ...treated('text', 'internalPurchaseOrderNumber'),
    ...treated('keep', 'datePurchased chargeType unitQuantity isBillableToCompany isBilled'),
    ...treated('amount', 'unitPrice unitCost'),
  },
  currency: { ...treated('keep', 'id name isActive exchangeRate isInternalCurrency') },
} satisfies Record<string, Members>;
