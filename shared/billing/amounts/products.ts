import { PRODUCTS } from '../basics/record-types.js';
import { IndexBy } from '../basics/text.js';
import type { Books, Product } from '../types.js';

const productsByKey = new IndexBy<Product>(({ key }) => key);
const productsByName = new IndexBy<Product>(({ name }) => name);

/** Products by their external id, or by their exact name. */
export const productsOf = ({ products }: Pick<Books, 'products'>, by: { key: string } | { name: string | null }): Product[] =>
  'key' in by ? productsByKey.find(products, by.key) : productsByName.find(products, by.name);

/** Ids of all products that stand for the type, active or not: somebody else's charge on one that was deactivated later is still billed (7.8). */
export function productIds(books: Pick<Books, 'products'>, productKey: string): number[] {
  const name = Object.values(PRODUCTS).find(({ key }) => key === productKey)?.name ?? null;
  const found = [...productsOf(books, { key: productKey }), ...productsOf(books, { name })];
  return [...new Set(found.map(({ id }) => id))];
}
