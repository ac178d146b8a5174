import { fold, same } from '../billing/basics/text.js';
import type { Line, Price } from '../billing/types.js';
import { saysThereIsNone } from './absence.js';
import { VENDOR, type Findings } from './findings.js';
import { toPrices, type CatalogueService } from './records.js';
import type { ReadOptions, Transport } from './transport.js';

/** The price lists that a report is read with (`docs/vendors/cloudmore.md` 3.5). */

/** Those of the services that are not custom ones, in every currency the report has. */
export async function readPrices(
  transport: Transport,
  services: CatalogueService[],
  lines: Line[],
  options: ReadOptions & { findings: Findings },
): Promise<Price[]> {
  const found: Price[] = [];
  const currencies = [...new Set(lines.map(({ currency }) => currency))].filter((currency) => currency !== 'XXX').sort();
  for (const { id } of services.filter(({ isCustom, id }) => !isCustom && id !== ''))
    for (const currency of currencies.length === 0 ? [null] : currencies)
      found.push(...(await readPriceList(transport, id, currency, options)));
  const keyOf = (price: Price): string =>
    `${fold(price.itemCode)}|${price.currency}|${price.paymentMonths}|${price.unreadable ?? ''}`;
  return [...new Map(found.map((price) => [keyOf(price), price])).values()];
}

/** One service's. Where Cloudmore says that it has none, what needs it is held (rule 2.7), and nobody else waits for it. */
async function readPriceList(
  transport: Transport,
  serviceId: string,
  currency: string | null,
  { findings, ...options }: ReadOptions & { findings: Findings },
): Promise<Price[]> {
  const path = `services/${encodeURIComponent(serviceId)}/pricelist`;
  const query = currency === null ? '' : `?currencyCode=${encodeURIComponent(currency)}`;
  try {
    const list = (await transport.list(`${path}${query}`, options)).flatMap((record, index) =>
      toPrices(record, path, index, findings),
    );
    return list.filter((price) => currency === null || price.currency === '' || same(price.currency, currency));
  } catch (error) {
    if (!saysThereIsNone(error)) throw error;
    const problem = `it cannot be had (${error.message})`;
    const unreadable = findings.add([{ vendor: VENDOR, path, record: 'price list', member: null, value: null, problem }]) ?? '';
    const nothing = { termMonths: null, paymentMonths: null, cost: '0', sales: '0' };
    return [{ itemCode: '', name: '', currency: currency ?? '', ...nothing, unreadable }];
  }
}
