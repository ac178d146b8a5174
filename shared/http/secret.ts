/** A value that prints as stars everywhere; `reveal` is called where it is sent. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
    remember(value);
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '***';
  }
}

/** Values that this process knows to be secret, the latest last: a vendor's error text may repeat what it was sent. */
const known = new Set<string>();
/** Tokens are renewed once a day, tests make thousands of secrets, and a process may serve hundreds of brokers with a dozen each. */
const REMEMBERED = 5_000;
/** What is shorter stands in ordinary words too. */
const SHORTEST = 6;

function remember(value: string): void {
  if (value.length < SHORTEST) return;
  known.delete(value);
  known.add(value);
  const [oldest] = known;
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
}

/** The text without the secrets that this process knows, also as they stand in addresses, forms and JSON. */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const secret of known)
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
      if (clean.includes(form)) clean = clean.replaceAll(form, '***');
  return clean;
}
