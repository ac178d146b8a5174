/** Names and addresses of this machine. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Whether credentials and customers' data may be sent to the address: over https, to this machine, or to a host that `ALLOW_HTTP_HOSTS` names (`sandbox`, or
 * `sandbox:8080`).
 */
export function isAllowedUrl(address: string | URL, allowedHosts: string[]): boolean {
  if (typeof address === 'string' && !URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && (LOOPBACK.test(url.hostname) || allowedHosts.some((host) => names(host, url)));
}

const names = (host: string, url: URL): boolean => [url.hostname, url.host].includes(host.trim().toLowerCase());

/** Whether the address is this machine's own: a sandbox, never a vendor. */
export const isLoopback = (address: string): boolean => URL.canParse(address) && LOOPBACK.test(new URL(address).hostname);
