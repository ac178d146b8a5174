import { ERROR_LENGTH, shown } from '../shown.js';
import { withoutSecrets } from './secret.js';

/** What a vendor says, as it may be kept, shown and sent on: one line of bounded length without the secrets that this process knows. */
export const vendorText = (text: string, length = ERROR_LENGTH): string => shown(withoutSecrets(text), length);
