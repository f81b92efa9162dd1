/** A certificate of a test's own authority, for TLS servers that nobody trusts otherwise. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  key: string;
  certificate: string;
  keyFile: string;
  certificateFile: string;
  /** The authority's own certificate: who trusts it trusts the server. */
  authorityFile: string;
}

/** Makes an authority and a certificate for `host` (a name or an IPv4 address) in `folder`, by openssl. */
export async function makeCertificate(folder: string, host: string, name = 'server'): Promise<Certificate> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const [authorityKey, authority] = [`${name}-authority.key`, `${name}-authority.crt`];
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    ...['req', '-x509', ...ec, '-days', '2', '-subj', '/CN=PaperAgent test authority'],
    ...['-keyout', authorityKey, '-out', authority],
  );
  await openssl('req', ...ec, '-subj', `/CN=${host}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  const alternative = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
  await writeFile(join(folder, `${name}.ext`), `subjectAltName=${alternative}\n`);
  await openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-days', '2', '-CA', authority, '-CAkey', authorityKey],
    ...['-CAcreateserial', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
  );
  const [keyFile, certificateFile] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  return {
    key: await readFile(keyFile, 'utf8'),
    certificate: await readFile(certificateFile, 'utf8'),
    keyFile,
    certificateFile,
    authorityFile: join(folder, authority),
  };
}
