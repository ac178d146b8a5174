import { us } from '../../terminal/called.js';
import { onTerminal } from '../../terminal/printable.js';
import { table } from '../../terminal/table.js';

interface ShownKey {
  id: string;
  madeAt: string;
  usedSince: string | null;
  isCurrent: boolean;
}

/** Keys by id, with what each is for now. */
export const renderKeys = onTerminal(({ file, keys }: { file: string; keys: ShownKey[] }, paper) =>
  keys.length === 0
    ? `There is no key in ${file}: anyone who can reach Temporal or the evidence can read their data. Create one with: ${us()} keys add`
    : table(
        [{ title: 'Key' }, { title: 'Made' }, { title: 'Use' }],
        keys.map(({ id, madeAt, usedSince, isCurrent }) => [
          id,
          madeAt,
          isCurrent ? `encrypts since ${usedSince}` : usedSince === null ? 'not used yet' : 'decrypts',
        ]),
        paper,
      ),
);
