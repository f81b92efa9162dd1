/** What an agent's model is told for its next step: its prompt, its conversation, its tools. */
import { codeSystemPrompt, mainSystemPrompt } from '../agents/prompts.ts';
import { codeTools, mainTools } from '../agents/tool-definitions.ts';
import { readConversation } from '../db/messages.ts';
import type { ChatMessage, ToolDefinition } from '../llm/types.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { toChat } from './prompt.ts';
