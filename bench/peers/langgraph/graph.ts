/** LangGraph: the agent graph of its quickstart, a model node and a tool node, served by its own dev server. */
import { tool } from '@langchain/core/tools';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

const look = tool(async () => 'nothing to see', {
  name: 'look',
  description: 'Looks around.',
  schema: z.object({}),
});

const model = new ChatOpenAI({
  model: 'scripted',
  apiKey: 'bench',
  streaming: true,
  configuration: { baseURL: process.env.MODEL_URL },
}).bindTools([look]);

export const graph = new StateGraph(MessagesAnnotation)
  .addNode('model', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addNode('tools', new ToolNode([look]))
  .addEdge(START, 'model')
  .addConditionalEdges('model', ({ messages }) => (messages.at(-1)?.tool_calls?.length ? 'tools' : END))
  .addEdge('tools', 'model')
  .compile();
