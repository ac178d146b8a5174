/** What the product needs of Cloudmore's API, to be compared with the API's own description (`docs/vendors/cloudmore.md` appendix A). */

/** Paths below the reseller that are asked, without parameters' names. */
export const PATHS = [
  'services',
  'Organizations',
  'Organizations/{}',
  'settings/CustomProperties',
  'services/{}/pricelist',
  'services/csp/nce/subscriptions',
  'services/csp/Subscriptions',
  'services/azure/Subscriptions',
  'billing/reports/MonthlyBillingPerOrganizationAsync',
  'billing/reports/MonthlyBillingPerOrganizationAsync/{}',
  'billing/azurereports/AzureOneTimeInvoiceList',
  'billing/azurereports/AzureOneTimeInvoice/generateReport',
  'billing/azurereports/AzureOneTimeInvoice/{}',
];

/** Members that amounts rest on, by the model's name (`docs/vendors/cloudmore.md` appendix B). */
export const MODELS: { models: RegExp; members: string[] }[] = [
  {
    models: /^Mbpo|^MonthlyBillingPerOrganization/i,
    members: [
      'billingDate',
      'currencyCode',
      'organizations',
      'organizationId',
      'services',
      'serviceId',
      'items',
      'subscriptionId',
      'quantity',
      'products',
      'productName',
      'itemCode',
      'totalCostPrice',
      'totalSalesPrice',
      'recordType',
      'startDate',
      'endDate',
      'paymentFrequency',
    ],
  },
  { models: /^(Organization|DetailViewCustomProperty)/i, members: ['id', 'name', 'customProperties', 'value'] },
  { models: /Subscription/i, members: ['id', 'organizationId', 'commitmentEndDate'] },
];
