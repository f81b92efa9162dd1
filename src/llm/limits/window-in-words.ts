/** The window that a server names as it refuses a longer conversation (M18, M19). */

const NUMBER = '(\\d[\\d,]{2,11})';
const SAYINGS = [
  // OpenAI, vLLM, Groq; xAI; Anthropic; Gemini; llama.cpp; LM Studio, Mistral, Together.
  `maximum (?:context|prompt|input) length (?:of the model )?(?:is|of)(?: only)? ${NUMBER}`,
  `> ${NUMBER} maximum`,
  `maximum (?:number of )?tokens allowed \\(?${NUMBER}`,
  `"n_ctx"\\s*:\\s*${NUMBER}`,
  `context (?:length|size|window) (?:of|is|\\()\\s*(?:only )?${NUMBER}`,
  `(?:model's|maximum) context (?:length|window)[^.\\d]{0,40}${NUMBER}`,
].map((saying) => new RegExp(saying, 'i'));

/** Tokens; undefined where the words name none. */
export function windowInWords(words: string): number | undefined {
  for (const saying of SAYINGS) {
    const found = Number(saying.exec(words)?.[1]?.replaceAll(',', ''));
    if (Number.isSafeInteger(found) && found >= 512) return found;
  }
  return undefined;
}
