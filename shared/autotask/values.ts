import { z } from 'zod';
import { big, plain } from '../billing/basics/decimal.js';
import { present } from '../billing/basics/text.js';
import type { Decimal } from '../billing/types.js';
import { fromWire } from './days.js';

/**
 * Values as Autotask sends them. Null or nothing at all is "no value" only where the schema says so; what is there and not understood is refused. A member
 * that money rests on has to be there, if only as null: a missing one may have another name.
 */

/** We read no longer texts (`docs/vendors/autotask.md` 5 and 6: at most 2,000 characters). */
const TEXT_MAX = 4_000;
/** Amounts and quantities have at most so many digits before the point. */
const AMOUNT_MAX = 1e12;
const DECIMAL = /^-?\d{1,12}(\.\d{1,12})?$/;
const DAY = /^(1[89]|[2-9]\d)\d\d-\d\d-\d\d($|T)/;
const WORDS: Record<string, boolean> = { true: true, false: false, '1': true, '0': false };

const whole = (pattern: RegExp, lowest: number) =>
  z
    .union([z.number(), z.string().regex(pattern).transform(Number)])
    .pipe(z.number().int().min(lowest).max(Number.MAX_SAFE_INTEGER));

/** An id is a whole number, also where it comes as text; nothing else is taken for one (0 is the MSP itself). */
export const idSchema = whole(/^\d{1,15}$/, 0);
/** What a picklist's record carries. */
export const choice = whole(/^-?\d{1,9}$/, -999_999_999);
export const choiceOrNull = choice.nullable();

export const text = z
  .union([z.string().max(TEXT_MAX), z.number()])
  .nullable()
  .transform((value) => present(value === null ? null : String(value)));

/** A text that every record of the kind has. */
export const neededText = text.transform((value, context) => {
  if (value === null) context.addIssue({ code: 'custom', message: 'is needed, and not there' });
  return value ?? '';
});

export const day = z
  .string()
  .regex(DAY)
  .refine((value) => !Number.isNaN(Date.parse(value)), 'is not a date')
  .transform(fromWire);
/** The day something happened, or null where it has not. */
export const dayOrNull = z.union([day, z.literal('').transform(() => null)]).nullable();

export const flag = z.union([
  z.boolean(),
  z.union([z.number(), z.string()]).transform((value, context) => {
    const known = WORDS[String(value).trim().toLowerCase()];
    if (known === undefined) context.addIssue({ code: 'custom', message: 'is neither true nor false' });
    return known ?? false;
  }),
]);

/** A decimal as its shortest text: JSON numbers of up to 15 digits survive it exactly. */
export const decimal = z
  .union([z.number().gt(-AMOUNT_MAX).lt(AMOUNT_MAX), z.string().regex(DECIMAL)])
  .transform((value): Decimal => plain(big(String(value))));
export const decimalOrNull = decimal.nullable();
/** An amount that may be empty where there is none. */
export const amount = decimalOrNull.transform((value) => value ?? '0');
/** Units of a row are whole, in Autotask's own range. */
export const units = z
  .union([z.number(), z.string().regex(DECIMAL).transform(Number)])
  .pipe(z.number().int().min(-999_999_999).max(999_999_999));
