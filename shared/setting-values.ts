import { z } from 'zod';
import { fold, groupBy } from './billing/basics/text.js';
import { EXPORT_TYPES } from './billing/types.js';
import { commaList as list } from './comma-list.js';
import { MODES, type OrganizationMode } from './modes.js';

/** What values of settings may be, kind by kind, and how one that is wrong is shown. Which setting takes which is in `config.ts`. */

export interface HttpAddress {
  host: string;
  port: number;
}

export const required = (what: string) => z.string({ error: `is not set; expected ${what}` }).min(1);
export const whole = (what: string, minimum: number) =>
  z.coerce
    .number({ error: `expected ${what}` })
    .int(`expected ${what}`)
    .min(minimum, `expected ${what}, at least ${minimum}`);
export const decimal = z.string().regex(/^\d+(\.\d+)?$/, 'expected an amount such as 500 or 99.50');
export const url = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:/.test(text), 'expected a URL beginning with http:// or https://');
export const evidencePlace = z
  .string()
  .regex(/^(file:.+|postgres(ql)?:\/\/.+)$/, 'expected file:PATH or postgres://…')
  // As the driver reads it: blanks and lone percent signs do no harm.
  .refine(
    (text) => !text.startsWith('postgres') || URL.canParse(/ |%(?![\da-f]{2})/i.test(text) ? encodeURI(text) : text),
    'expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with / # ? of a password written as %2F %23 %3F',
  );
export const timeZone = z.string().refine(isTimeZone, 'expected a time zone such as UTC or Europe/Oslo');
export const idRequired = (what: string) =>
  z
    .string({ error: `is not set; expected ${what}` })
    .regex(/^\s*\d{1,15}\s*$/, `expected ${what}`)
    .transform(Number);

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const recordTypes = list
  .superRefine((types, context) => {
    for (const type of types)
      if (!EXPORT_TYPES.some((known) => known.toLowerCase() === type.toLowerCase()))
        context.addIssue({ code: 'custom', message: `${shownValue(type)} is not one of ${EXPORT_TYPES.join(', ')}` });
  })
  .transform((types) =>
    types.length === 0
      ? [...EXPORT_TYPES]
      : EXPORT_TYPES.filter((known) => types.some((type) => type.toLowerCase() === known.toLowerCase())),
  );

export const companyIds = list
  .superRefine((ids, context) => {
    for (const id of ids)
      if (!/^\d+$/.test(id)) context.addIssue({ code: 'custom', message: `${shownValue(id)} is not an Autotask company id` });
  })
  .transform((ids) => ids.map(Number));

/** `Contoso Dental Group=auto, 76f89d5d-…=shadow`. A name may hold an equals sign; one with a comma is given by its id. */
export const organizationModes = list
  .transform((entries, context) =>
    entries.map((entry): OrganizationMode => {
      const at = entry.lastIndexOf('=');
      const [organization, mode] = [entry.slice(0, Math.max(at, 0)).trim(), entry.slice(at + 1).trim()];
      const known = MODES.find((candidate) => candidate === mode);
      if (organization === '' || known === undefined)
        context.addIssue({
          code: 'custom',
          message: `expected ORGANIZATION=MODE with an id or exact name and shadow, approve or auto, not ${shownValue(entry)}`,
        });
      return { organization, mode: known ?? 'shadow' };
    }),
  )
  .superRefine((modes, context) => {
    for (const [name, said] of groupBy(modes, ({ organization }) => fold(organization)))
      if (new Set(said.map(({ mode }) => mode)).size > 1)
        context.addIssue({
          code: 'custom',
          message: `expected one mode for ${shownValue(name)}, not ${said.map(({ mode }) => mode).join(' and ')}`,
        });
  });

/** `off`, or `HOST:PORT` as in 127.0.0.1:9464 or [::1]:9464. */
export const httpAddress = z
  .string()
  .regex(/^(off|(\[[\da-f:]+\]|[\w.-]+):\d{1,5})$/i, 'expected off, or HOST:PORT such as 127.0.0.1:9464')
  .default('off')
  .transform((text): HttpAddress | null => {
    const at = text.lastIndexOf(':');
    return at === -1 ? null : { host: text.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(text.slice(at + 1)) };
  })
  .refine((address) => address === null || address.port <= 65_535, 'expected a port up to 65535');

/** A value as it may be shown: with an @ it may be an address with a password in it, and what is very long may be a key. */
export function shownValue(value: string): string {
  return value.includes('@') || value.length > LONGEST_SHOWN ? 'a value that is not shown' : `"${value}"`;
}
const LONGEST_SHOWN = 100;
