/** SEARCH: what was said, found among 10,000 Works and 200,000 messages of one person, in English and Chinese. */
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { writeWordsDue } from '../../src/db/search.ts';
import { type Account, newGuest } from '../client.ts';
import type { Figure, Measure } from '../measure.ts';
import { addWorks } from '../past-works.ts';
import { percentile } from '../statistics.ts';

/** Messages that are made by one statement: their texts are drawn for each. */
const AT_ONCE = 20_000;

export const search: Measure = {
  id: 'SEARCH',
  async run(bench) {
    const account = await newGuest(bench.system.instance().appUrl);
    const [works, messages] = [bench.times(10_000, 100), bench.times(200_000, 1_000)];
    const { databaseUrl } = bench.system.instance();
    const db = openDatabase(databaseUrl, { name: 'bench', max: 1, onIdleError: () => {} });
    let indexed: number;
    try {
      const { id } = (await (await get(account, '/api/auth/me')).json()) as { id: string };
      await addWorks(db, id, works);
      await addMessages(db, id, messages, (made) => bench.say(`${made} messages`));
      const began = performance.now();
      while ((await writeWordsDue(db)) > 0);
      indexed = performance.now() - began;
      await sql`vacuum analyze message_words, messages`.execute(db);
    } finally {
      await db.destroy();
    }
    // What each is: a word of every message, of each tenth, thousandth, of one; two that never stand together; in Chinese.
    const asked: Record<string, string> = {
      'a word of every message': 'common',
      'a beginning of many words': 'term1',
      'a word of one message in ten': 'tenth',
      'a word of one in a hundred': 'hundredth',
      'a word of one in ten thousand': 'rarely',
      'two words that never stand together': 'even odd',
      'a word that nobody said': 'nowhere',
      'two characters of one message in fifty': '收敛',
      'seven characters': '绘制收敛过程图',
      'one character': '敛',
    };
    const figures: Figure[] = [];
    const all: number[] = [];
    for (const [what, q] of Object.entries(asked)) {
      const samples: number[] = [];
      for (let n = 0; n < bench.times(20, 3); n += 1) samples.push(await read(account, q));
      all.push(...samples);
      figures.push({ what: `${what}, p50`, value: percentile(samples, 0.5), unit: 'ms' });
      figures.push({ what: 'the same, the longest', value: Math.max(...samples), unit: 'ms' });
    }
    return [
      {
        what: `all of these, p95, ${works} Works, ${messages} messages`,
        value: percentile(all, 0.95),
        unit: 'ms',
        reach: { most: 50 },
      },
      ...figures,
      {
        what: 'writing down the words of a message, behind its answer',
        value: indexed / messages,
        unit: 'ms',
      },
    ];
  },
};

/** Messages of some 80 words, drawn as words are in a language: the n-th is said 1/n as often as the first. */
async function addMessages(
  db: Database,
  ownerId: string,
  count: number,
  say: (made: number) => void,
): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    await sql`
      with mine as materialized (select id, row_number() over (order by id) - 1 as n from works where owner_id = ${ownerId}::uuid)
      insert into messages (work_id, id, role, agent, status, position, parts, created_at)
      select mine.id, gen_random_uuid(), case when i % 2 = 0 then 'user' else 'assistant' end,
        case when i % 2 = 1 then 'main' end, 'complete', i + 1,
        jsonb_build_array(jsonb_build_object('type', 'text', 'text', concat_ws(' ', 'common',
          (select string_agg('term' || floor(exp(random() * ln(20000)))::integer, ' ') from generate_series(1, 60) where i >= 0),
          (select string_agg(chr(19968 + floor(exp(random() * ln(3000)))::integer), '') from generate_series(1, 40) where i >= 0),
          case when i % 2 = 0 then 'even' else 'odd' end, case when i % 10 = 3 then 'tenth' end,
          case when i % 100 = 7 then 'hundredth' end, case when i % 10000 = 9 then 'rarely' end,
          case when i % 50 = 11 then '，并绘制收敛过程图。' end))),
        now() - (${count}::integer - i) * interval '1 minute'
      from generate_series(${from}::integer, ${Math.min(count, from + AT_ONCE) - 1}::integer) i
      join mine on mine.n = i % (select count(*) from mine)`.execute(db);
    say(Math.min(count, from + AT_ONCE));
  }
}

async function read(account: Account, q: string): Promise<number> {
  const began = performance.now();
  await (await get(account, `/api/search?q=${encodeURIComponent(q)}`)).arrayBuffer();
  return performance.now() - began;
}

async function get({ url, token }: Account, path: string): Promise<Response> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response;
}
