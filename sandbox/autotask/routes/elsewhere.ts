/** What the real API has beyond the vendor's description as it is kept here: only that it is there is known. */

/** Collections; everything below them is left out. */
export const OTHER_COLLECTIONS = `
ActionTypes AdditionalInvoiceFieldValues Appointments AttachmentInfo BillingItemApprovalLevels ChangeOrderCharges
ChangeRequestLinks ChecklistLibraries ChecklistLibraryChecklistItems ClassificationIcons ClientPortalUsers
ComanagedAssociations CompanyAlerts CompanyAttachments CompanyContacts CompanyLocations CompanyNotes
CompanySiteConfigurations CompanyTeams CompanyToDos CompanyWebhookExcludedResources CompanyWebhookFields
CompanyWebhookUdfFields CompanyWebhooks ConfigurationItemAttachments ConfigurationItemBillingProductAssociations
ConfigurationItemCategories ConfigurationItemCategoryUdfAssociations ConfigurationItemNoteAttachments
ConfigurationItemNotes ConfigurationItemTypes ConfigurationItems ContactBillingProductAssociations
ContactGroupContacts ContactGroups ContactWebhookExcludedResources ContactWebhookFields ContactWebhookUdfFields
ContactWebhooks Contacts ContractBlockHourFactors ContractBlocks ContractExclusionBillingCodes ContractExclusionRoles
ContractExclusionSetExcludedRoles ContractExclusionSetExcludedWorkTypes ContractExclusionSets ContractMilestones
ContractNotes ContractRates ContractRetainers ContractRoleCosts ContractServiceBundleAdjustments
ContractServiceBundleUnits ContractServiceBundles ContractTicketPurchases Countries ExpenseItems ExpenseReports
Expenses HolidaySets Holidays InternalLocationWithBusinessHours InternalLocations InventoryItemSerialNumbers
InventoryItems InventoryLocations InventoryTransfers Modules NotificationHistory Opportunities OpportunityAttachments
OrganizationalLevel1s OrganizationalLevel2s OrganizationalResources PaymentTerms Phases PriceListMaterialCodes
PriceListProductTiers PriceListRoles PriceListServiceBundles PriceListWorkTypeModifiers ProductNotes ProductTiers
ProductVendors ProjectAttachments ProjectCharges ProjectNotes Projects PurchaseApprovals PurchaseOrderItemReceiving
PurchaseOrderItems PurchaseOrders QuoteItems QuoteLocations QuoteTemplates Quotes ResourceRoleDepartments
ResourceRoleQueues ResourceRoles ResourceServiceDeskRoles ResourceSkills Resources Roles SalesOrders
ServiceBundleServices ServiceBundles ServiceCallTaskResources ServiceCallTasks ServiceCallTicketResources
ServiceCallTickets ServiceCalls ShippingTypes Skills SubscriptionPeriods Subscriptions SurveyResults Surveys
TaskAttachments TaskNoteAttachments TaskNotes TaskPredecessors TaskSecondaryResources Tasks
TicketAdditionalConfigurationItems TicketAdditionalContacts TicketAttachments TicketCategories
TicketCategoryFieldDefaults TicketChangeRequestApprovals TicketCharges TicketChecklistItems TicketChecklistLibraries
TicketHistory TicketNoteAttachments TicketNotes TicketRmaCredits TicketSecondaryResources Tickets TimeEntries
TimeEntryAttachments WebhookEventErrorLogs WorkTypeModifiers
`
  .split(/\s+/)
  .filter((name) => name !== '');

/** Children of the collections that are served. */
export const OTHER_CHILDREN: Record<string, readonly string[]> = {
  Companies: ['Alerts', 'Attachments', 'Contacts', 'Locations', 'Notes', 'SiteConfigurations', 'Teams', 'ToDos'],
  Contracts: [
    'BlockHourFactors',
    'Blocks',
    'ExclusionBillingCodes',
    'ExclusionRoles',
    'Milestones',
    'Notes',
    'Rates',
    'Retainers',
    'RoleCosts',
    'ServiceBundleAdjustments',
    'ServiceBundleUnits',
    'ServiceBundles',
    'TicketPurchases',
  ],
  OrganizationalLevelAssociations: ['Resources'],
  Products: ['Notes', 'Tiers', 'Vendors'],
};

const COLLECTIONS = new Set(OTHER_COLLECTIONS.map((name) => name.toLowerCase()));
const CHILDREN = new Set(
  Object.entries(OTHER_CHILDREN).flatMap(([parent, names]) => names.map((name) => `${parent}/${name}`.toLowerCase())),
);

/** Whether a path without a route is real all the same. */
export function isElsewhere(path: string): boolean {
  const [, version, collection = '', , child = ''] = path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
  return version === 'v1.0' && (COLLECTIONS.has(collection) || CHILDREN.has(`${collection}/${child}`));
}
