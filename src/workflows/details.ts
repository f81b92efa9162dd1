/** What Temporal's UI says that a workflow is doing (F17): labels and counts only (R1). */
import { setCurrentDetails } from '@temporalio/workflow';
import type { WorkState } from './messages.ts';

export function describe(now: WorkState): void {
  setCurrentDetails(sentence(now));
}

function sentence({ phase, turn, step, tools }: WorkState): string {
  const where = turn === null ? '' : `Turn ${turn}${step === null ? '' : `, step ${step}`}: `;
  switch (phase) {
    case 'waiting':
      return 'Waiting for a message.';
    case 'model':
      return `${where}the model is answering.`;
    case 'tools':
      return `${where}running ${tools.map((tool) => `\`${tool}\``).join(', ')}.`;
    case 'asking':
      return `${where}waiting for a person's answer.`;
    case 'stopping':
      return `${where}stopping.`;
  }
}
