/** A real nginx before an api, as operators run it, and before Temporal. */
import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findFreePort } from '../../src/setup/ports.ts';
import type { Certificate } from './certificate.ts';
import { until } from './until.ts';

export interface Nginx {
  url: string;
  close(): Promise<void>;
}

/** Starts it in `folder`; its location has upstream keepalive, and these directives of the test's. */
export async function startNginx(folder: string, apiUrl: string, directives: string[]): Promise<Nginx> {
  const port = await findFreePort();
  const close = await runNginx(
    folder,
    port,
    `map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
     upstream api { server ${new URL(apiUrl).host}; keepalive 4; }
     server {
       listen 127.0.0.1:${port};
       client_max_body_size 0;
       location / {
         proxy_pass http://api;
         proxy_http_version 1.1;
         proxy_set_header Upgrade $http_upgrade;
         proxy_set_header Connection $connection_upgrade;
         ${directives.map((each) => `${each};`).join('\n')}
       }
     }`,
  );
  return { url: `http://127.0.0.1:${port}`, close };
}

export interface GuardedTemporal {
  /** By TLS; the certificate is for `localhost`. */
  address: string;
  close(): Promise<void>;
}

/**
 * Starts it before a Temporal as a hosted one is met: TLS alone, these directives decide who may in, and nobody may
 * register a namespace or a search attribute.
 */
export async function startNginxBeforeTemporal(
  folder: string,
  temporalAddress: string,
  server: Pick<Certificate, 'certificateFile' | 'keyFile'>,
  directives: string,
): Promise<GuardedTemporal> {
  const port = await findFreePort();
  const close = await runNginx(
    folder,
    port,
    `upstream temporal { server ${temporalAddress}; keepalive 16; }
     server {
       listen 127.0.0.1:${port} ssl http2;
       ssl_certificate ${server.certificateFile};
       ssl_certificate_key ${server.keyFile};
       client_max_body_size 0;
       # A worker's questions wait for a minute, many at a time.
       http2_max_concurrent_streams 1000;
       keepalive_requests 1000000;
       grpc_read_timeout 120s;
       client_body_timeout 120s;
       ${directives}
       location ~ /(RegisterNamespace|AddSearchAttributes)$ { return 403; }
       location / { grpc_pass grpc://temporal; }
     }`,
  );
  return { address: `localhost:${port}`, close };
}

/** Runs it with this as its block `http`, until what is returned is called. */
async function runNginx(folder: string, port: number, http: string): Promise<() => Promise<void>> {
  await chmod(folder, 0o777);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
     ${process.getuid?.() === 0 ? 'user nobody nogroup;' : ''}
     events {}
     http {
       access_log off;
       ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
       ${http}
     }`,
  );
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(() => reachable(port), 'nginx listened');
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
