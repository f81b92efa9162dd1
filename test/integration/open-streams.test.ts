/** SR-M10: how many sockets and event streams a person, and a network, may have open at a time. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NO_PLACE } from '../../src/api/live/places.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { type Frame, type RawSocket, rawSocket } from '../support/raw-socket.ts';
import { until } from '../support/until.ts';

const PER_PERSON = 3;
const PER_NETWORK = 5;
const AT_ONCE = 10;

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({
    openStreams: { perPerson: PER_PERSON, perNetwork: PER_NETWORK },
    trustedProxies: 1,
  });
});
afterAll(() => api.close());

interface Person {
  token: string;
  work: string;
}

async function someone(): Promise<Person> {
  const { accessToken: token } = await api.guest();
  return { token, work: await api.newWork(token) };
}

const from = (network: string) => ({ 'X-Forwarded-For': network });

/** A socket that has said who it is, and how it was answered. */
async function openSocket({ token, work }: Person, network: string): Promise<RawSocket & { answer: Frame }> {
  const socket = await rawSocket(`${api.url.replace('http', 'ws')}/api/chat/ws/${work}`, from(network));
  socket.send(JSON.stringify({ type: 'auth', token, after: 0 }));
  return { ...socket, answer: await socket.frame(({ type }) => type === 'ready' || type === 'error') };
}

async function openStream({ token, work }: Person, network: string): Promise<Response> {
  return await fetch(`${api.url}/api/works/${work}/events`, {
    headers: { authorization: `Bearer ${token}`, ...from(network) },
  });
}

const nobodyIsLeft = () => until(() => api.live.counts.followers === 0, 'all were gone');

test('of sockets of one person that come at once, as many are served as may be; the rest are told why', async () => {
  const person = await someone();
  const sockets = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) => openSocket(person, `192.0.2.${index}`)),
  );
  const refused = sockets.filter(({ answer }) => answer.type === 'error');
  expect(refused).toHaveLength(AT_ONCE - PER_PERSON);
  for (const { answer, closed } of refused) {
    expect(answer).toMatchObject({ code: 'rate_limited', message: NO_PLACE.ofPerson, retryable: true });
    expect(await closed).toEqual({ code: 4429, reason: NO_PLACE.ofPerson });
  }
  for (const socket of sockets) socket.close();
  await nobodyIsLeft();
  const next = await openSocket(person, '192.0.2.1');
  expect(next.answer.type).toBe('ready');
  next.close();
  await nobodyIsLeft();
});

test('sockets and event streams share the places of a network; one that ends makes room, another network has its own', async () => {
  const network = '198.51.100.7';
  const [one, two] = [await someone(), await someone()];
  const sockets = [await openSocket(one, network), await openSocket(one, network)];
  const streams = [
    await openStream(one, network),
    await openStream(two, network),
    await openStream(two, network),
  ];
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);

  const refused = await openStream(two, network);
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '5']);
  expect(await refused.json()).toEqual({ error: { code: 'rate_limited', message: NO_PLACE.ofNetwork } });
  const socket = await openSocket(two, network);
  expect(socket.answer).toMatchObject({ code: 'rate_limited', message: NO_PLACE.ofNetwork });
  expect((await socket.closed).code).toBe(4429);

  const elsewhere = await openStream(two, '198.51.100.8');
  expect(elsewhere.status).toBe(200);
  const fourth = await openStream(two, '198.51.100.8');
  expect(await fourth.json()).toEqual({ error: { code: 'rate_limited', message: NO_PLACE.ofPerson } });

  await streams[1]?.body?.cancel();
  await until(async () => {
    const again = await openStream(two, network);
    await again.body?.cancel();
    return again.status === 200;
  }, 'the place was free again');
  for (const each of sockets) each.close();
  for (const each of [...streams, elsewhere]) if (!each.bodyUsed) await each.body?.cancel();
  await nobodyIsLeft();
});

test('who has no such Work, or says nothing, keeps no place', async () => {
  const person = await someone();
  const other = await someone();
  for (let index = 0; index < 2 * PER_NETWORK; index += 1) {
    const answer = await openStream({ ...person, work: other.work }, '203.0.113.1');
    expect(answer.status).toBe(404);
    const socket = await openSocket({ ...person, work: other.work }, '203.0.113.1');
    expect((await socket.closed).code).toBe(4404);
  }
  const stream = await openStream(person, '203.0.113.1');
  expect(stream.status).toBe(200);
  await stream.body?.cancel();
});
