/**
 * What an MCP client may do with the Works of its key's owner (I5): the same commands as everybody's, as tools. A tool
 * that fails says so in a sentence that its model reads.
 */
import { randomUUID } from 'node:crypto';
import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { Context } from 'hono';
import { z } from 'zod';
import { findExport } from '../../db/exports.ts';
import { findWork, listWorks } from '../../db/works.ts';
import type { Scope } from '../../domain/scopes.ts';
import { EXPORT_FORMATS } from '../../protocol/exports.ts';
import {
  MAX_MESSAGE_CHARACTERS,
  MAX_SEARCH_CHARACTERS,
  MAX_TITLE_CHARACTERS,
} from '../../protocol/limits.ts';
import { uuid } from '../../protocol/messages.ts';
import { workspaceFolder } from '../../workspace/create-workspace.ts';
import { openWorkspace, type Workspace } from '../../workspace/workspace.ts';
import { ApiError, notFound, toldOf } from '../api-error.ts';
import { answerOrFollow, answerQuestion } from '../conversation/answer-ask.ts';
import { requestStop, sendMessage } from '../conversation/send-message.ts';
import type { ApiDependencies, ApiEnv } from '../dependencies.ts';
import { placeOrder } from '../exports/order-export.ts';
import { presentation } from '../files/content-types.ts';
import { fileLink } from '../files/file-links.ts';
import { mayDo } from '../middleware/require-user.ts';
import { idFrom } from '../works/named-work.ts';
import { makeWork, preferredLanguage } from '../works/new-work.ts';
import { answerWithin } from './answer.ts';
import { canElicit, elicit, elicited, type McpSdk, type ToolResult } from './elicitation.ts';

/** How long a call may wait for an answer: below what clients and proxies give a request. */
const MOST_SECONDS = 50;
/** Of a file that is told as it is; a larger one is told of by its link. */
const MOST_FILE_BYTES = 262_144;
const MOST_PATH_CHARACTERS = 4_096;
const MOST_LISTED = 50;
const MOST_FILES = 2_000;

const work = uuid.toLowerCase().meta({ description: 'id of a Work' });
const message = z.string().min(1).max(MAX_MESSAGE_CHARACTERS);
const requestId = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'of your own: the same call made again with it is done once' });

/** A server for one request, of the one who makes it. */
export function createToolServer(sdk: McpSdk, deps: ApiDependencies, c: Context<ApiEnv>): McpServer {
  const { db, dataDir } = deps;
  const identity = c.get('identity');
  const { userId: ownerId } = identity;
  const { origin } = new URL(c.req.url);
  const server = new sdk.McpServer(
    { name: 'paperagent', title: 'PaperAgent', version: deps.config.version },
    {
      instructions:
        'PaperAgent does quantitative work: it plans, runs Python and writes a paper (paper.md). start_work begins a Work, send says something in one; each gives a message id. Then call wait until its state is done, stopped or failed: a turn takes minutes. Where the state is asking, the Work waits to be told something: put its question to the person, and call answer.',
    },
  );

  function tool<Shape extends z.ZodRawShape>(
    name: string,
    scope: Scope,
    about: {
      title: string;
      description: string;
      input: z.ZodObject<Shape>;
      idempotent?: true;
      destructive?: true;
    },
    act: (input: z.infer<z.ZodObject<Shape>>, context: ServerContext) => Promise<ToolResult>,
  ): void {
    const { title, description, input, idempotent, destructive } = about;
    const annotations = {
      readOnlyHint: scope === 'read',
      destructiveHint: destructive ?? false,
      idempotentHint: idempotent ?? scope === 'read',
      openWorldHint: false,
    };
    server.registerTool(
      name,
      { title, description, inputSchema: input, annotations },
      async (given, context) => {
        try {
          if (!mayDo(identity, scope)) throw new ApiError('forbidden', `This key may not ${scope}.`);
          return await act(given as z.infer<z.ZodObject<Shape>>, context);
        } catch (error) {
          return { isError: true, content: [{ type: 'text', text: toldOf(c, error).message }] };
        }
      },
    );
  }

  async function workspaceOf(workId: string): Promise<Workspace> {
    if ((await findWork(db, { workId, ownerId })) === undefined) throw notFound('Work');
    return openWorkspace(workspaceFolder(dataDir, workId));
  }

  /** Says it once, however often a call with the same request id comes. */
  async function say(workId: string, text: string, request: string | undefined): Promise<string> {
    const id = request === undefined ? randomUUID() : idFrom(ownerId, workId, 'request', request);
    await sendMessage(deps, { ownerId, workId }, { id, text });
    return id;
  }

  tool(
    'list_works',
    'read',
    {
      title: 'List Works',
      description: 'The Works of the person, the last changed first.',
      input: z.object({ query: z.string().max(MAX_SEARCH_CHARACTERS).optional() }),
    },
    async ({ query }) => {
      const { items } = await listWorks(db, ownerId, { limit: MOST_LISTED, ...(query ? { query } : {}) });
      return told({
        works: items.map(({ id, title, status, updatedAt }) => ({ id, title, status, updatedAt })),
      });
    },
  );

  tool(
    'start_work',
    'write',
    {
      title: 'Start a Work',
      description:
        'Begins a Work with a first message. Gives the ids of both, at once; wait tells of the answer.',
      input: z.object({
        message,
        title: z.string().max(MAX_TITLE_CHARACTERS).optional(),
        template: uuid.optional().meta({ description: 'id of a template; absent: a short report' }),
        requestId,
      }),
      idempotent: true,
    },
    async ({ message: text, title, template, requestId: request }) => {
      const id = request === undefined ? randomUUID() : idFrom(ownerId, 'work', 'request', request);
      const wish = { templateId: template, title };
      const made =
        (await findWork(db, { workId: id, ownerId })) ??
        (await makeWork(deps, ownerId, wish, preferredLanguage(c), id));
      return told({ work: made.id, message: await say(made.id, text, request) });
    },
  );

  tool(
    'send',
    'write',
    {
      title: 'Say something in a Work',
      description: 'Queues a message. Gives its id, at once; wait tells of the answer.',
      input: z.object({ work, message, requestId }),
      idempotent: true,
    },
    async ({ work: workId, message: text, requestId: request }) =>
      told({ work: workId, message: await say(workId, text, request) }),
  );

  tool(
    'wait',
    'read',
    {
      title: 'Wait for an answer',
      description: `How the answer to a message stands, what has been said, and which files changed. Waits for its end, at most \`seconds\` (${MOST_SECONDS}); call it again while the state is queued or running. Where it is asking, \`ask\` has the question that the Work waits with.`,
      input: z.object({
        work,
        message: uuid.toLowerCase().meta({ description: 'id that start_work or send gave' }),
        seconds: z.number().min(0).max(MOST_SECONDS).default(MOST_SECONDS),
      }),
    },
    async ({ work: workId, message: messageId, seconds }, context) => {
      const given = elicited(sdk, context);
      if (given?.answer && mayDo(identity, 'write'))
        await answerOrFollow(deps, { workId, ownerId }, given.askId, given.answer);
      const answer = await answerWithin(deps, c, { workId, messageId }, seconds);
      // A person who would not answer is not asked again.
      const mayAsk = answer.ask && answer.ask.askId !== given?.askId && mayDo(identity, 'write');
      if (answer.ask && mayAsk && canElicit(sdk, context)) return elicit(sdk, answer.ask);
      return told({ ...answer });
    },
  );

  tool(
    'answer',
    'write',
    {
      title: 'Answer a question',
      description:
        'Answers the question that a Work waits with (its `ask`, told by wait). Then call wait again.',
      input: z.object({
        work,
        ask: uuid.toLowerCase().meta({ description: 'the question’s askId' }),
        text: message.optional(),
        allow: z.boolean().optional().meta({ description: 'where the question has an `act`' }),
      }),
      idempotent: true,
    },
    async ({ work: workId, ask, text, allow }) => {
      const answered = await answerQuestion(deps, { workId, ownerId }, ask, { text, allow });
      if (answered === undefined) throw notFound('question');
      return told({ by: answered.by, text: answered.text });
    },
  );

  tool(
    'stop',
    'write',
    {
      title: 'Stop a Work',
      description: 'Stops the turn that runs in a Work. What waits behind it goes on.',
      input: z.object({ work }),
      idempotent: true,
      destructive: true,
    },
    async ({ work: workId }) => told({ stopped: await requestStop(deps, { workId, ownerId }, null) }),
  );

  tool(
    'list_files',
    'read',
    {
      title: 'List a Work’s files',
      description: 'The files of a Work: the paper, figures, data, code.',
      input: z.object({ work }),
    },
    async ({ work: workId }) => {
      const { entries, truncated } = await (await workspaceOf(workId)).list();
      const files = entries.filter(({ kind }) => kind === 'file').map(({ path, size }) => ({ path, size }));
      return told({ files: files.slice(0, MOST_FILES), truncated: truncated || files.length > MOST_FILES });
    },
  );

  tool(
    'read_file',
    'read',
    {
      title: 'Read a file',
      description:
        'A file of a Work: text, or a picture. One that is large or neither is told of by a link that the key opens.',
      input: z.object({
        work,
        path: z.string().min(1).max(MOST_PATH_CHARACTERS).default('paper.md'),
      }),
    },
    async ({ work: workId, path }) => {
      const workspace = await workspaceOf(workId);
      const bytes = await workspace.read(path, { limit: MOST_FILE_BYTES + 1 });
      const { type } = presentation(path, false);
      const uri = fileLink(origin, workId, path);
      const link = { type: 'resource_link' as const, uri, name: path, mimeType: type };
      if (bytes.length > MOST_FILE_BYTES) return { content: [link] };
      if (type.startsWith('text/'))
        return { content: [{ type: 'text', text: bytes.toString('utf8') }, link] };
      if (type.startsWith('image/') && type !== 'image/svg+xml')
        return { content: [{ type: 'image', data: bytes.toString('base64'), mimeType: type }, link] };
      return { content: [link] };
    },
  );

  tool(
    'export_paper',
    'write',
    {
      title: 'Export the paper',
      description:
        'Has a file made of a Work: its paper as pdf, docx, latex or html, or ipynb, a notebook of its runs.',
      input: z.object({
        work,
        format: z.enum(EXPORT_FORMATS),
        style: z.string().max(100).optional(),
      }),
    },
    async ({ work: workId, format, style }) =>
      told({ export: await placeOrder(deps, { workId, ownerId }, { format, style, file: undefined }) }),
  );

  tool(
    'get_export',
    'read',
    {
      title: 'Look at an export',
      description: 'How an export stands; where it is done, the link at which the key fetches it.',
      input: z.object({ work, export: uuid.toLowerCase() }),
    },
    async ({ work: workId, export: id }) => {
      const row = await findExport(db, { id, workId, ownerId });
      if (row === undefined) throw notFound('export');
      const { state, problems, error } = row;
      const url = `${origin}/api/works/${workId}/exports/${id}/file`;
      return told({ state, problems, ...(error ? { error } : {}), ...(state === 'done' ? { url } : {}) });
    },
  );

  return server;
}

/** A result for programs, and the same as text for models whose client passes on nothing else. */
function told(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
}
