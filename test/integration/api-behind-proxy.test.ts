/** Whose address counts behind reverse proxies: the one that the outermost of ours saw, never what a client claims. */
import { expect, test } from '@jest/globals';
import { startTestApi } from '../support/api.ts';

/** Logs in until it is told to wait, with these headers; gives the statuses. */
async function logIns(url: string, headers: Record<string, string>[]): Promise<number[]> {
  const statuses = [];
  for (const [index, each] of headers.entries()) {
    const response = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...each },
      body: JSON.stringify({ email: `nobody-${index}@example.org`, password: 'wrong password' }),
    });
    statuses.push(response.status);
  }
  return statuses;
}

const from = (address: string) => ({ 'x-forwarded-for': address });

test('A3: without TRUST_PROXY a client that names other addresses is still one client', async () => {
  const api = await startTestApi({ rateLoginsPerMinute: 2 });
  try {
    const headers = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(from);
    expect(await logIns(api.url, headers)).toEqual([401, 401, 429]);
  } finally {
    await api.close();
  }
});

test('A3: behind one proxy each client has a limit of its own, and cannot claim more addresses', async () => {
  const api = await startTestApi({ rateLoginsPerMinute: 2, trustedProxies: 1 });
  try {
    const one = ['9.9.9.1, 10.0.0.1', '9.9.9.2, 10.0.0.1', '9.9.9.3,10.0.0.1'].map(from);
    expect(await logIns(api.url, one)).toEqual([401, 401, 429]);
    expect(await logIns(api.url, [from('10.0.0.2')])).toEqual([401]);
  } finally {
    await api.close();
  }
});

test('A3: behind two proxies the outer one is believed', async () => {
  const api = await startTestApi({ rateLoginsPerMinute: 2, trustedProxies: 2 });
  try {
    const headers = ['9.9.9.1, 10.0.0.1, 172.16.0.1', '10.0.0.1, 172.16.0.2', '10.0.0.1, 172.16.0.1'].map(
      from,
    );
    expect(await logIns(api.url, headers)).toEqual([401, 401, 429]);
    expect(await logIns(api.url, [from('10.0.0.2, 172.16.0.1')])).toEqual([401]);
  } finally {
    await api.close();
  }
});
