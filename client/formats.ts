/** Formats of `billing report`. On their own, because the table of commands names them without loading what renders them. */
export const FORMATS = ['text', 'json', 'csv', 'xlsx', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** The format that a file's name asks for; text where it asks for none. */
export const formatOf = (path: string | undefined): Format =>
  FORMATS.find((format) => path?.toLowerCase().endsWith(`.${format}`)) ?? 'text';
