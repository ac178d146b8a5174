/** Settings that are complete but for where the vendors are. Their secrets are words to look for where none may be shown. */
export const COMPLETE_SETTINGS = {
  CLOUDMORE_RESELLER_ID: 'r',
  CLOUDMORE_USERNAME: 'u',
  CLOUDMORE_PASSWORD: 'hunter2',
  CLOUDMORE_CLIENT_SECRET: 'hunter3',
  AUTOTASK_USERNAME: 'u',
  AUTOTASK_SECRET: 'hunter4',
  AUTOTASK_INTEGRATION_CODE: 'hunter5',
  AUTOTASK_SERVICE_BILLING_CODE_ID: '1',
  AUTOTASK_PRODUCT_BILLING_CODE_ID: '2',
  AUTOTASK_SLA_ID: '3',
};
