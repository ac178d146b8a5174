/**
 * One door for everything that comes from outside. Anyone who talks to a vendor (or to a webhook, or to a page in the network) uses these and nothing else:
 *
 * - `send` (shared/http) is the only way to ask: no redirect is followed, an answer is counted in bytes after unpacking and refused beyond its limit
 *   (`limit: ANSWER_LIMITS.logIn` for log-ins), JSON with a repeated member, too deep or with too many records is `malformed`, a byte order mark is skipped.
 * - `Members` reads the members of a record by type and bounds; what is there and not understood becomes a finding, never "no value".
 * - `readDay` and `readMonths` read the notations that cannot be misread.
 * - `vendorText` makes a vendor's words fit for messages: one line, 500 characters, without the secrets that this process knows. `ApiError` uses it automatically.
 * - `shown` cleans a name where it is shown or written; what a thing is known by is taken as it came.
 * - `isAllowedUrl` says whether an address may be asked: https, loopback, or a host of `ALLOW_HTTP_HOSTS`.
 */
export { shown, ERROR_LENGTH, NAME_LENGTH } from '../shown.js';
export { readDay } from './days.js';
export { isAllowedUrl } from '../http/hosts.js';
export * from '../http/limits.js';
export { Members, type Where } from './members.js';
export { readMonths } from './periods.js';
export { send, type ApiAnswer, type ApiRequest } from '../http/request.js';
export { withoutSecrets } from '../http/secret.js';
export { vendorText } from '../http/vendor-text.js';
