import { propertiesOf } from '../../shared/http/properties.js';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { ConnectionOptions } from '@temporalio/client';
import { placeOf, unheardAt } from '../../shared/http/listens.js';
import { DEFAULT_PORT } from '../temporal-server/checks.js';

/**
 * Why Temporal cannot be reached, found by knocking once more. gRPC itself says only that its deadline has passed, whatever the reason: no server,
 * no certificate, a wrong name, TLS against plain text.
 */

const WITHIN_MS = 3_000;
/** How long a server has to refuse our certificate: with TLS 1.3 it does so after the handshake. */
const REFUSED_WITHIN_MS = 500;

/** What came of a handshake: it stands (and by which protocol), or the code and the words of what was wrong. */
type Knock = { isOpen: true } | { isOpen: false; code: string; message: string };

/** Half a sentence about the cause, or null where a knock finds none: then the server is there and gives its own reason. */
export async function whyUnreached(options: ConnectionOptions, address: string): Promise<string | null> {
  const { host, port } = placeOf(address, DEFAULT_PORT);
  const unheard = await unheardAt({ host, port }, WITHIN_MS);
  if (unheard !== null) return ofNetwork(unheard.code, host, port);
  const tls = tlsOf(options);
  if (tls === null) return (await speaksTls(host, port)) ? PLAIN_TO_TLS : null;
  const handshake = await knockTls({ ...tls, host, port });
  return handshake.isOpen
    ? null
    : ofHandshake(handshake, { name: tls.servername ?? host, hasCertificate: tls.cert !== undefined });
}

const PLAIN_TO_TLS = 'the server uses TLS, and the settings do not: set TEMPORAL_TLS=true';

/** What Node needs of the SDK's own settings; null without TLS. A key for the API means TLS, too. */
function tlsOf({ tls, apiKey }: ConnectionOptions): TlsOptions | null {
  if (tls === false || tls === null || (tls === undefined && apiKey === undefined)) return null;
  if (tls === true || tls === undefined) return {};
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = tls;
  return {
    ...(serverNameOverride ? { servername: serverNameOverride } : {}),
    ...(serverRootCACertificate ? { ca: Buffer.from(serverRootCACertificate) } : {}),
    ...(clientCertPair ? { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) } : {}),
  };
}

// ---------------------------------------------------------------------------------------------------------------- knocking

/** A whole handshake with our own certificate, and a moment for the server to refuse it. */
const knockTls = (options: TlsOptions): Promise<Knock> =>
  knock((done) => {
    const name = options.servername ?? options.host ?? '';
    // An IP address does not count as a name for TLS.
    const named = /^[\d.]+$|:/.test(name) ? {} : { servername: name };
    const socket = connectTlsSafely({ ...named, ...options, ALPNProtocols: ['h2'] }, done);
    socket
      ?.once('secureConnect', () => setTimeout(() => done({ isOpen: true }), REFUSED_WITHIN_MS))
      .on('error', (error) => done(closed(error)))
      .on('close', () => done(closed(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))))
      .resume();
    return () => socket?.destroy();
  });

/** An invalid certificate is refused before anything is sent. */
function connectTlsSafely(options: TlsOptions, done: (knock: Knock) => void): ReturnType<typeof connectTls> | null {
  try {
    return connectTls(options);
  } catch (error) {
    done(closed(error));
    return null;
  }
}

/** Whether a handshake begins at all, whosever certificate it is. A server that wants one of ours speaks TLS, too. */
async function speaksTls(host: string, port: number): Promise<boolean> {
  const answer = await knockTls({ host, port, rejectUnauthorized: false });
  return answer.isOpen || isAlert(answer);
}

function knock(begin: (done: (knock: Knock) => void) => () => void): Promise<Knock> {
  return new Promise((resolve) => {
    const end = (answer: Knock): void => {
      clearTimeout(timer);
      resolve(answer);
      setImmediate(() => close?.());
    };
    const timer = setTimeout(() => end({ isOpen: false, code: 'ETIMEDOUT', message: 'no answer' }), WITHIN_MS);
    const close: (() => void) | undefined = begin(end);
  });
}

function closed(error: unknown): Knock {
  const { code, message } = propertiesOf(error);
  return { isOpen: false, code: typeof code === 'string' ? code : '', message: String(message) };
}

// ---------------------------------------------------------------------------------------------------------------- words

function ofNetwork(code: string, host: string, port: number): string {
  if (code === 'ECONNREFUSED') return `nothing listens on port ${port} there (ECONNREFUSED)`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no host ${host} (${code})`;
  if (code === 'ETIMEDOUT') return 'no answer: a firewall, or a wrong address (ETIMEDOUT)';
  return code || 'no connection';
}

/** The other side said in TLS that it does not like ours. */
const isAlert = ({ code }: { code: string }): boolean => code.startsWith('ERR_SSL_') && code.includes('ALERT');

const UNTRUSTED = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
];

const OWN_FILES = 'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';

function ofHandshake(
  { code, message }: { code: string; message: string },
  { name, hasCertificate }: { name: string; hasCertificate: boolean },
): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the server's certificate is not for the name "${name}": set TEMPORAL_TLS_SERVER_NAME to the name that it is for`;
  if (code === 'CERT_HAS_EXPIRED') return "the server's certificate has expired";
  if (code === 'CERT_NOT_YET_VALID') return "the server's certificate is not valid yet: is this machine's clock right?";
  if (UNTRUSTED.includes(code))
    return `the server's certificate is from an authority that is not trusted here: set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the authority's certificate (${code})`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'the server does not use TLS, and the settings do: set TEMPORAL_TLS=false, and no TEMPORAL_API_KEY';
  if (isAlert({ code }) || code === 'ECONNRESET' || code === 'EPIPE')
    return hasCertificate
      ? `the server refuses our certificate: is ${OWN_FILES} from an authority that it trusts? (${code})`
      : `the server may want a client certificate, and none is set: name one in ${OWN_FILES} (${code})`;
  if (code.startsWith('ERR_OSSL_'))
    return `${OWN_FILES}, or TEMPORAL_TLS_SERVER_CA_CERT_PATH, name something other than a PEM certificate or key, or two that do not belong together (${code})`;
  return `TLS failed: ${code || message}`;
}
