import { z } from 'zod';
import { behaviourSchema } from './behaviour.js';

/**
 * Cloudmore's half of a world file. The frame is strict: an unknown key in it is a spelling mistake and an error that names it. What the vendor
 * would send (organizations, subscriptions, prices, reports) is served as it stands, extra members included, because the real names are not
 * certain; of those only what the sandbox itself reads is checked.
 */

/** A day or an instant. A day alone means its first moment in UTC. */
const instant = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text)), {
  error: ({ input }) => `"${String(input)}" is not a day or an instant such as 2025-10-08 or 2025-10-08T00:00:00Z`,
});

const customPropertyDefinition = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.enum(['TextBox', 'DropDownList']).default('TextBox'),
  options: z.array(z.string()).optional(),
});

const organization = z.looseObject({
  id: z.string(),
  name: z.string(),
  isActive: z.boolean().optional(),
  customProperties: z.array(z.looseObject({ name: z.string(), value: z.string().nullable() })).optional(),
});

const service = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.enum(['Csp', 'Azure', 'Custom']).default('Csp'),
    isCustomService: z.boolean().optional(),
  })
  .transform((given) => ({ ...given, isCustomService: given.isCustomService ?? given.type === 'Custom' }));

const priceListItem = z.looseObject({ itemCode: z.string(), currencyCode: z.string().optional() });

const subscription = z.looseObject({ id: z.string(), organizationId: z.string() });

const monthlyBilling = z.looseObject({
  billingDate: instant,
  availableFrom: instant.optional(),
  availableUntil: instant.optional(),
});

const oneTimeInvoice = z.looseObject({
  invoiceNumber: z.string(),
  invoiceDate: instant,
  availableFrom: instant.optional(),
  report: z.looseObject({}).optional(),
});

const legacyReport = z.looseObject({ billingDate: instant, availableFrom: instant.optional() });

const azureClassicInvoice = z.looseObject({ invoiceId: z.string(), invoiceDate: instant, availableFrom: instant.optional() });

export const cloudmoreWorldSchema = z
  .strictObject({
    resellerId: z.string(),
    username: z.string().default('sandbox'),
    password: z.string().default('sandbox'),
    clientSecret: z.string().default('sandbox'),
    customPropertyDefinitions: z.array(customPropertyDefinition).optional(),
    organizations: z.array(organization),
    services: z.array(service),
    priceLists: z.record(z.string(), z.array(priceListItem)),
    subscriptions: z.strictObject({
      nce: z.array(subscription).default([]),
      legacy: z.array(subscription).default([]),
      azure: z.array(subscription).default([]),
    }),
    monthlyBilling: z.array(monthlyBilling),
    oneTimeInvoices: z.array(oneTimeInvoice).default([]),
    legacyReports: z.array(legacyReport).default([]),
    azureClassicInvoices: z.array(azureClassicInvoice).default([]),
    behaviour: behaviourSchema.prefault({}),
  })
  .superRefine((world, context) => {
    for (const id of repeated(world.organizations.map(({ id }) => id))) {
      context.addIssue({ code: 'custom', path: ['organizations'], message: `two organizations have the id "${id}"` });
    }
    const services = new Set(world.services.map(({ id }) => id.toLowerCase()));
    for (const id of Object.keys(world.priceLists)) {
      if (services.has(id.toLowerCase())) continue;
      context.addIssue({
        code: 'custom',
        path: ['priceLists', id],
        message: `price list of "${id}", which is not a service of this world`,
      });
    }
  });

/** A world with its defaults filled in. */
export type CloudmoreWorld = z.output<typeof cloudmoreWorldSchema>;
/** A world as a file may give it. */
export type CloudmoreWorldInput = z.input<typeof cloudmoreWorldSchema>;

function repeated(ids: string[]): string[] {
  const seen = new Set<string>();
  return ids.filter((id) => seen.size === seen.add(id.toLowerCase()).size);
}
