/** Formats of `billing report`. On their own, because the table of commands names them without loading what renders them. */
export const FORMATS = ['text', 'json', 'csv', 'xlsx', 'html'] as const;
export type Format = (typeof FORMATS)[number];
