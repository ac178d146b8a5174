/** What a recording calls the broker's own two names. */
export const COMPANY_PROPERTY = 'AutotaskCompanyID';
export const SUBSCRIPTION_UDF = 'Subscription ID';
