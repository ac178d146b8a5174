import { EDIT_VARIANTS } from './edit-variants.js';
import type { Variant } from './variant.js';
import { VENDOR_VARIANTS } from './vendor-variants.js';
import { WRITE_VARIANTS } from './write-variants.js';

export type { Variant };

/** All wrong products that the checker must see. */
export const VARIANTS: Variant[] = [...WRITE_VARIANTS, ...VENDOR_VARIANTS, ...EDIT_VARIANTS];
