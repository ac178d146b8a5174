/** Members of the report that rules look at and that something else may tell (rule 2.8). */
export const DERIVABLE = [
  'recordType',
  'chargeType',
  'startDate',
  'endDate',
  'publisherName',
  'skuName',
  'paymentFrequency',
] as const;
export type Derivable = (typeof DERIVABLE)[number];

/** Members of which a broker may say that Cloudmore's answers lack them (`CLOUDMORE_ABSENT`), besides the one that `COMPANY_PROPERTY` names. */
export const MAY_BE_ABSENT: readonly string[] = [...DERIVABLE, 'commitmentEndDate'];
