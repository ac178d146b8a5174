import { z } from 'zod';

/** A setting of several values, separated by commas; none where it is not set. */
export const commaList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
