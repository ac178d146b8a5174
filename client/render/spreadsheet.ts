/** What every CSV for people needs: read as UTF-8, and harmless. */

/** Excel reads UTF-8 only with it; programs trip over it, so files carry it and standard output does not. */
export const BYTE_ORDER_MARK = '\u{FEFF}';

/** Spreadsheets run a text that begins like a formula, also when a customer is named so. A leading apostrophe makes it text again. */
export const harmless = (value: string): string => (/^\s*[=+\-@]/.test(value) ? `'${value}` : value);

/** The text as it was before `harmless`. */
export const original = (value: string): string => (/^'\s*[=+\-@]/.test(value) ? value.slice(1) : value);
