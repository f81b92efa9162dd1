/** What a person says in an editor, as the words of one message (I8). Pure. */
import type { ContentBlock } from '@agentclientprotocol/sdk';

/** @throws UnreadablePrompt in a sentence for whoever sent it */
export function promptText(blocks: readonly ContentBlock[]): string {
  const text = blocks
    .map(wordsOf)
    .filter((words) => words.trim() !== '')
    .join('\n\n');
  if (text === '') throw new UnreadablePrompt('There are no words in this prompt.');
  return text;
}

export class UnreadablePrompt extends Error {
  override name = 'UnreadablePrompt';
}

function wordsOf(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'resource_link':
      return `[${block.name}](${block.uri})`;
    case 'resource': {
      const { resource } = block;
      if (!('text' in resource)) break;
      return `<file path=${JSON.stringify(resource.uri)}>\n${resource.text}\n</file>`;
    }
  }
  throw new UnreadablePrompt(
    'Only text is read here, and files that are text. Put others into the Work (attachments/), and name them.',
  );
}
