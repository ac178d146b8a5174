/** Something in a world that cannot be; the message names where. */
export class InvalidWorld extends Error {
  override readonly name = 'InvalidWorld';
}
