/** Formats of `billing report`. On their own, because the table of commands names them without loading what renders them. */
export const FORMATS = ['text', 'json', 'csv', 'xlsx', 'html'] as const;
export type Format = (typeof FORMATS)[number];

/** The format that a file's name asks for; text where it asks for none. */
export const formatOf = (path: string | undefined): Format => namedFormat(path) ?? 'text';

const endsWith = (path: string | undefined, ending: string): boolean => path?.toLowerCase().endsWith(`.${ending}`) === true;

const namedFormat = (path: string | undefined): Format | undefined => FORMATS.find((format) => endsWith(path, format));

/** What other programs open by these names would not be what is written. */
const OTHERS = ['pdf', 'xls', 'xlsm', 'ods', 'doc', 'docx'];

/** Why a file of this name is not to be written in the format; null where it may. */
export function whyNotNamed(path: string | undefined, format: Format): string | null {
  const other = OTHERS.find((ending) => endsWith(path, ending));
  if (other !== undefined)
    return `${path}: a report cannot be written as ${other}. Expected ${FORMATS.join(', ')}; a browser prints HTML as PDF.`;
  const named = namedFormat(path);
  return named === undefined || named === format
    ? null
    : `${path} has the name of ${named}, and the format is ${format}. Expected one of the two.`;
}
