import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate with its key, as files. */
export interface Certificate {
  certificate: string;
  key: string;
}

const openssl = (...args: string[]): Promise<unknown> => promisify(execFile)('openssl', args);
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority of a test's own. */
export async function makeAuthority(folder: string, name: string): Promise<Certificate> {
  const [certificate, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  await openssl('req', '-x509', ...EC, '-keyout', key, '-out', certificate, '-days', '2', '-subj', `/CN=${name}`);
  return { certificate, key };
}

/** A certificate for hosts and a program, signed by the authority. */
export async function signedBy(
  authority: Certificate,
  folder: string,
  name: string,
  hosts = 'DNS:localhost,IP:127.0.0.1',
): Promise<Certificate> {
  const [certificate, key, request, extensions] = ['crt', 'key', 'csr', 'ext'].map((end) => join(folder, `${name}.${end}`)) as [
    string,
    string,
    string,
    string,
  ];
  await writeFile(extensions, `subjectAltName=${hosts}\n`);
  await openssl('req', ...EC, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
  await openssl(
    ...['x509', '-req', '-in', request, '-CA', authority.certificate, '-CAkey', authority.key, '-CAcreateserial'],
    ...['-out', certificate, '-days', '2', '-extfile', extensions],
  );
  return { certificate, key };
}
