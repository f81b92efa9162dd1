/** A connection to the standard input of a container: raw in both directions once the engine has agreed. */
import { type IncomingMessage, request } from 'node:http';
import { type Duplex, Transform } from 'node:stream';

export interface Attachment {
  engineSocket: string;
  path: string;
  client: Duplex;
  /** What the client sent along with its request. */
  head: Buffer;
  /** How much of what comes first is still the request's body, which the engine does not read. */
  bodyBytes: number;
}

/** Passes everything on but the first bytes. */
function dropping(bytes: number): Transform {
  let left = bytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const rest = chunk.subarray(left);
      left -= chunk.length - rest.length;
      done(null, rest);
    },
  });
}

/** Resolves once both talk to each other. @throws where the engine does not agree */
export function passAttachment({ engineSocket, path, client, head, bodyBytes }: Attachment): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'docker', connection: 'Upgrade', upgrade: 'tcp' };
    const sent = request({ socketPath: engineSocket, method: 'POST', path, headers, agent: false });
    client.once('close', () => sent.destroy());
    sent.once('error', reject);
    sent.once('response', (answer: IncomingMessage) => {
      answer.resume();
      reject(new Error(`it answered ${answer.statusCode} to attach`));
    });
    sent.once('upgrade', (_answer, engine, early) => {
      client.write('HTTP/1.1 101 UPGRADED\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n');
      if (early.length > 0) client.write(early);
      const input = dropping(bodyBytes);
      input.write(head);
      // Each direction ends by itself: a worker that has written its order still may listen.
      engine.pipe(client);
      client.pipe(input).pipe(engine);
      engine.once('error', () => client.destroy());
      client.once('close', () => engine.destroy());
      resolve();
    });
    sent.end();
  });
}
