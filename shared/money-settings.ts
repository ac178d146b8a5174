import { BREAKER_LIMITS } from './billing/plan/breaker-limits.js';
import { digestOf } from './billing/basics/keys.js';
import type { Settings } from './billing/types.js';
import type { BaseConfig, Config } from './config.js';
import type { MoneySettings } from './messages/messages.js';
import { byText, fold } from './billing/basics/text.js';
import { keysOf } from './billing/basics/closed-sets.js';

/**
 * The settings that change money, as digests by the variable's name. Who asks for a run sends his own with it, and a worker that has others refuses:
 * what a person has read in `plan` and `doctor` is what is billed.
 */

/** Of what is known: a machine that only asks for runs may lack the settings that concern the vendors alone. */
export function moneySettingsOf(
  config: BaseConfig & Partial<Pick<Config, 'settings' | 'cloudmore' | 'autotask'>>,
): MoneySettings {
  const {
    mode,
    organizationModes,
    excludeServices,
    exportRecordTypes,
    twoPersonsAbove,
    reportMonthOffset,
    reportSource,
    settings,
    cloudmore,
    autotask,
  } = config;
  const values = {
    BILLING_MODE: mode,
    BILLING_MODE_ORGANIZATIONS: organizationModes,
    EXCLUDE_SERVICES: excludeServices,
    EXPORT_RECORD_TYPES: exportRecordTypes,
    BILLING_TWO_PERSONS_ABOVE: twoPersonsAbove,
    REPORT_MONTH_OFFSET: reportMonthOffset,
    REPORT_SOURCE: reportSource,
    ...(settings ? vendorSettings(settings) : {}),
    ...(cloudmore ? { COMPANY_PROPERTY: fold(cloudmore.companyProperty), CLOUDMORE_ABSENT: cloudmore.absentMembers } : {}),
    ...(autotask ? { SUBSCRIPTION_UDF: fold(autotask.subscriptionUdf) } : {}),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digestOf(value)]));
}

const breakerNames = keysOf(BREAKER_LIMITS);

const vendorSettings = (settings: Settings): Record<string, unknown> => ({
  ALLOW_SHARED_COMPANIES: settings.allowSharedCompanies,
  AUTOTASK_SERVICE_BILLING_CODE_ID: settings.serviceBillingCodeId,
  AUTOTASK_PRODUCT_BILLING_CODE_ID: settings.productBillingCodeId,
  AUTOTASK_SLA_ID: settings.slaId,
  CONTRACT_INVOICE_DESCRIPTION: settings.contractInvoiceDescription,
  AFTER_FREEZE: settings.afterFreeze,
  INACTIVE_SERVICES: settings.inactiveServices,
  FOREIGN_COST: settings.foreignCost,
  GHOST_AFTER_DAY: settings.ghostAfterDay,
  ...Object.fromEntries(breakerNames.map((name) => [BREAKER_LIMITS[name].setting, settings.breakers[name]])),
});

/** Names of the settings that both know and have otherwise, in order. */
export const differing = (asked: MoneySettings, own: MoneySettings): string[] =>
  Object.keys(asked)
    .filter((name) => own[name] !== undefined && own[name] !== asked[name])
    .sort(byText);
