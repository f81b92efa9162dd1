import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createLog } from '../../../src/process/logging.ts';

test('A5: a secret that is logged by mistake is not written, wherever it stands', () => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const log = createLog('api', 'info', sink);
  log.info(
    {
      apiKey: 'hidden',
      body: { password: 'hidden', refreshToken: 'hidden' },
      request: { headers: { authorization: 'hidden' } },
      err: Object.assign(new Error('seen'), { token: 'hidden' }),
      workId: 'w',
    },
    'said',
  );
  expect(lines.join('')).not.toContain('hidden');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ role: 'api', workId: 'w', msg: 'said' });
});
