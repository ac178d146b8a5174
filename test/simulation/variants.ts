/** Wrong products that the checker must see: one changed file each. */
export interface Variant {
  name: string;
  /** What is wrong, in the words of who would meet it. */
  wrong: string;
  file: string;
  changes: { from: string; to: string }[];
}

export const VARIANTS: Variant[] = [];
