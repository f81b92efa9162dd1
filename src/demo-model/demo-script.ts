/** The demo model (F18): the scripted server's script that drives the real loop with canned dialogues. */

import { codeMove } from './code-agent.ts';
import { languageOf } from './language.ts';
import { mainMove } from './main-agent.ts';
import { answer, type Move } from './move.ts';
import { isCheck, obey } from './obey.ts';
import { phrases } from './phrases.ts';
import { callTool, type Script, say, splitEvery, splitTokens } from './reply.ts';
import { saidIn } from './said.ts';
import type { StrictRequest } from './strict-request.ts';
import { readTurn } from './turn.ts';

/** How much an instant demo sends at once: its point is to cost nothing beside what is measured. */
const INSTANT_PIECE = 400;

/** @param msPerToken the pace of the stream; 0 streams as fast as the socket takes it, in large pieces. */
export function demoScript({ msPerToken }: { msPerToken: number }): Script {
  const split = msPerToken > 0 ? splitTokens : splitEvery(INSTANT_PIECE);
  return (request, { index }) => {
    const { text, calls } = demoMove(request);
    const called = calls.flatMap((call, at) =>
      callTool(at, `call_${index}_${at}`, call.name, call.arguments, split),
    );
    const steps = [...say(text, split), ...called];
    return { kind: 'stream', steps, ...(msPerToken > 0 ? { paceMs: msPerToken } : {}) };
  };
}

/** The next move for a request, by what the conversation holds and which agent's tools it offers. */
export function demoMove({ messages, tools = [] }: StrictRequest): Move {
  if (isCheck({ messages })) return obey({ messages });
  if (isReview(messages)) return reviewMove(messages);
  const names = tools.map((tool) => tool.function.name);
  if (names.includes('run_python')) return codeMove(readTurn(messages));
  if (names.includes('code_agent')) return mainMove(readTurn(messages));
  return withoutTools(messages);
}

function isReview([first]: StrictRequest['messages']): boolean {
  return first?.role === 'system' && first.content.startsWith('You are the reviewer of a paper.');
}

/** The demo's reviewer asks for one thing, and is content when it is there (H5). */
function reviewMove(messages: StrictRequest['messages']): Move {
  const told = messages.flatMap((message) => (message.role === 'user' ? saidIn(message.content).told : []));
  const paper = told.find(({ name }) => name === 'paper')?.text ?? '';
  const { verdicts, limits } = phrases[languageOf(paper)];
  return answer(paper.includes(limits.title) ? verdicts.there : verdicts.missing);
}

/** The context manager's request for a summary, or the settings' "test this": no tools are offered. */
function withoutTools(messages: StrictRequest['messages']): Move {
  const contents = messages.filter((message) => message.role === 'user').map((message) => message.content);
  const asked = contents.flatMap((content) => saidInSummary(content) ?? saidIn(content).words);
  const language = languageOf(asked.join('\n'));
  const wantsSummary = messages.some(
    (message) => message.role === 'system' && /summar/i.test(message.content),
  );
  if (!wantsSummary) return answer(phrases[language].whatIAm);
  const list = asked.map((text) => `- ${text.replace(/\s+/g, ' ').slice(0, 300)}`);
  return answer([phrases[language].conversationSummary, ...list].join('\n'));
}

/** What the person said in the conversation that is to be summarised; undefined where none is. */
function saidInSummary(content: string): string[] | undefined {
  const transcript = saidIn(content).told.find(({ name }) => name === 'conversation');
  return transcript?.text
    .split(/\n\n(?=\[(?:the person|you|called|result)\b)/)
    .filter((line) => line.startsWith('[the person] '))
    .map((line) => line.slice('[the person] '.length));
}
