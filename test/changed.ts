/** One text of the product's code, and what a wrong product has in its place. */
export interface Change {
  from: string;
  to: string;
}

/** The code with the change made. Throws where the text does not stand there once: a product that is not changed would show nothing. */
export function changed(source: string, { from, to }: Change, where: string): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" stands not once in ${where}`);
  return parts.join(to);
}
