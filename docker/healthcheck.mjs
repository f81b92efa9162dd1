/**
 * Whether a service of ours answers: `node docker/healthcheck.mjs URL`, or `… unix:SOCKET PATH` for one that listens
 * on a socket. Ends with 0 where the answer is 200.
 */
import { request } from 'node:http';

const [target = '', path = '/'] = process.argv.slice(2);
const asked = target.startsWith('unix:')
  ? request({ socketPath: target.slice('unix:'.length), path })
  : request(target);
asked.setTimeout(2_500, () => asked.destroy(new Error('no answer')));
asked.on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
asked.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
asked.end();
