/**
 * DBOS: a turn is a workflow; each model call and each tool call is a step; the answer goes through the workflow's
 * stream, as DBOS's documentation shows for agents. Every option is at its default.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import OpenAI from 'openai';
import pg from 'pg';
import { answer } from '../openai-answer.ts';
import { serve } from '../serve.ts';

const client = new OpenAI({ baseURL: process.env.MODEL_URL, apiKey: 'bench' });
const STREAM = 'answer';

const takeTurn = DBOS.registerWorkflow(
  async (text: string) => {
    const messages: object[] = [{ role: 'user', content: text }];
    for (;;) {
      const said = await DBOS.runStep(
        () => answer(client, messages, (piece) => DBOS.writeStream(STREAM, piece)),
        { name: 'model' },
      );
      messages.push(said);
      if (said.tool_calls === undefined) break;
      for (const { id } of said.tool_calls) {
        const content = await DBOS.runStep(async () => 'nothing to see', { name: 'look' });
        messages.push({ role: 'tool', tool_call_id: id, content });
      }
    }
    await DBOS.closeStream(STREAM);
  },
  { name: 'takeTurn' },
);

DBOS.setConfig({ name: 'peer', systemDatabaseUrl: process.env.DATABASE_URL, logLevel: 'error' });
// Recovers what an earlier process of the same application version left behind.
await DBOS.launch();
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
// A connection that breaks fails its query, which says so; an error that nobody hears would end the process.
pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));

serve({
  async begin({ id, text }) {
    await DBOS.startWorkflow(takeTurn, { workflowID: id })(text);
  },
  read: (id, from) => DBOS.readStream<string>(id, STREAM, { offset: from }),
  async stored(id) {
    const total = { items: 0, bytes: 0 };
    const { rows: tables } = await pool.query(
      "select table_name from information_schema.columns where table_schema = 'dbos' and column_name = 'workflow_uuid'",
    );
    for (const { table_name } of tables) {
      const { rows } = await pool.query(
        `select count(*)::int as items, coalesce(sum(pg_column_size(t.*)), 0)::int as bytes
         from dbos.${pg.escapeIdentifier(table_name)} t where workflow_uuid = $1`,
        [id],
      );
      total.items += rows[0].items;
      total.bytes += rows[0].bytes;
    }
    return total;
  },
});
