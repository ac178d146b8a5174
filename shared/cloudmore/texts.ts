/** Equal texts as one: a report names the same product, service and amount some thousand times. */
export class Texts {
  private readonly known = new Map<string, string>();

  /** The record with its texts shared. */
  shared<Rec extends object>(record: Rec): Rec {
    for (const [key, value] of Object.entries(record))
      if (typeof value === 'string') (record as Record<string, unknown>)[key] = this.text(value);
    return record;
  }

  private text(value: string): string {
    const known = this.known.get(value);
    if (known === undefined) this.known.set(value, value);
    return known ?? value;
  }
}
