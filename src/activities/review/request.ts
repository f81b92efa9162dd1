/** The request for a reviewer's verdict, in its window: where the paper is longer, its head and its tail. */
import { reviewerSystemPrompt, reviewInstruction } from '../../agents/reviewer-prompt.ts';
import { type CountTokens, tokensOfMessages } from '../../llm/tokens.ts';
import type { ChatMessage, UserPart } from '../../llm/types.ts';
import { shortenText, shortenToTokens } from '../context/shorten.ts';
import type { ReviewMaterial } from './material.ts';

/** Characters that what stands beside the paper may have, each. */
const BESIDE = { asked: 4_000, check: 6_000, numbers: 3_000, rubric: 6_000, before: 6_000 };
/** The least of a window that is left for the paper. */
const LEAST = 512;

export function reviewRequest(
  material: ReviewMaterial,
  { round, budget, count }: { round: number; budget: number; count: CountTokens },
): { messages: ChatMessage[]; tokens: number } {
  const around = (paper: string): ChatMessage[] => [
    { role: 'system', content: reviewerSystemPrompt() },
    { role: 'user', parts: partsOf(material, paper, round) },
  ];
  const beside = tokensOfMessages(around(''), count);
  const messages = around(shortenToTokens(material.paper, Math.max(LEAST, budget - beside), count));
  return { messages, tokens: tokensOfMessages(messages, count) };
}

function partsOf(
  { asked, check, numbers, rubric, before }: ReviewMaterial,
  paper: string,
  round: number,
): UserPart[] {
  const told = (name: (UserPart & { type: 'told' })['name'], text: string): UserPart[] =>
    text === '' ? [] : [{ type: 'told', name, text }];
  const criteria = rubric.map((line) => `- ${line}`).join('\n');
  return [
    ...told('asked', shortenText(asked, BESIDE.asked)),
    ...told('paper', paper),
    ...told('check', shortenText(check, BESIDE.check)),
    ...told('numbers', shortenText(numbers, BESIDE.numbers)),
    ...told('rubric', shortenText(criteria, BESIDE.rubric)),
    ...told('before', shortenText(before ?? '', BESIDE.before)),
    ...told('instruction', reviewInstruction(round)),
  ];
}
