/** The only file the worker bundles: every export is a workflow type. */
export { dailyBilling } from './daily-billing.js';
export { monthEnd } from './month-end.js';
export { organizationBilling } from './organization-billing.js';
export { workerSettings } from './worker-settings.js';
