/** Every kind of request that the system makes; the last request of each is the one that it is named after. */
import type { Answer } from './events.ts';
import type { Talk } from './talk.ts';

const DONE: Answer = { text: 'It is done.' };

function calls(...made: [name: string, args: Record<string, unknown>][]): Answer {
  return { calls: made.map(([name, args]) => ({ name, arguments: JSON.stringify(args) })) };
}

const look = (path: string) => calls(['read_file', { path }]);

export interface RequestKind {
  name: string;
  play(talk: Talk): Promise<void>;
  /** A code agent's, with this task. */
  task?: string;
}

export const REQUEST_KINDS: readonly RequestKind[] = [
  {
    name: 'first step',
    async play(talk) {
      talk.says('Write about pendulums. π < 4 & "so"');
      await talk.asks(DONE);
    },
  },
  {
    name: 'second step, with a result',
    async play(talk) {
      talk.says('Write about pendulums.');
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks({ ...look('notes.md'), text: 'Now the notes.' });
      talk.results('notes');
      await talk.asks(DONE);
    },
  },
  {
    name: 'two calls at once',
    async play(talk) {
      talk.says('Look around.');
      await talk.asks(calls(['tree', {}], ['read_file', { path: 'a.md' }]));
      talk.results('paper.md', 'a');
      await talk.asks(DONE);
    },
  },
  {
    name: 'results that say nothing',
    async play(talk) {
      talk.says('Look around.');
      await talk.asks({ ...calls(['tree', {}], ['read_file', { path: 'a.md' }]), text: '\n\n' });
      talk.results('', ' \n');
      await talk.asks(DONE);
    },
  },
  {
    name: 'invalid arguments',
    async play(talk) {
      talk.says('Read it.');
      await talk.asks({ calls: [{ name: 'read_file', arguments: '{"path": "a.md' }] });
      talk.results('The arguments are not valid JSON.');
      await talk.asks(look('a.md'));
      talk.results('a');
      await talk.asks(DONE);
    },
  },
  {
    name: 'steered',
    async play(talk) {
      talk.says('Write about pendulums.');
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      talk.says('And mind the units.', { steer: true });
      await talk.asks(look('units.md'));
      talk.results('m, s');
      await talk.asks(DONE);
    },
  },
  {
    name: 'stopped and gone on',
    async play(talk) {
      talk.says('Write about pendulums.');
      await talk.asks(look('paper.md'));
      talk.stops();
      talk.says('Go on.');
      talk.stops('Half of an ');
      talk.says('Again.');
      talk.stops('');
      talk.says('Now.');
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks(DONE);
    },
  },
  {
    name: 'a later turn',
    async play(talk) {
      talk.says('Look.');
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks(DONE);
      talk.says('And now?');
      await talk.asks({ text: 'As before.' });
    },
  },
  {
    name: 'attachments',
    async play(talk) {
      talk.says('Read this.', { attachments: ['attachments/data.csv'] });
      await talk.asks(calls(['read_attachment', { path: 'attachments/data.csv' }]));
      talk.results('t,x\n0,1');
      await talk.asks(DONE);
    },
  },
  {
    name: 'code agent',
    task: 'Compute the period of a pendulum.',
    async play(talk) {
      await talk.asks(calls(['run_python', { code: 'print(1)\n' }]));
      talk.results('exit code 0\nstdout:\n1');
      await talk.asks(DONE);
    },
  },
  {
    name: 'rerun',
    async play(talk) {
      talk.says('Look.');
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks(DONE);
      talk.says('Wrong words.');
      await talk.asks(look('wrong.md'));
      talk.results('wrong');
      talk.reruns('The right words.');
      await talk.asks(DONE);
    },
  },
  {
    name: 'model changed in a Work',
    async play(talk) {
      talk.says('Look.');
      talk.answeredElsewhere({ name: 'read_file', arguments: { path: 'elsewhere.md' } });
      talk.stops('Another model’s words.');
      talk.says('Look again.');
      talk.answeredElsewhere({ name: 'tree', arguments: { path: 'figures' } });
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks(DONE);
    },
  },
  {
    name: 'compaction',
    async play(talk) {
      talk.says('Write about pendulums.', { attachments: ['attachments/data.csv'] });
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks(DONE);
      talk.says('And now?');
      await talk.compacts();
    },
  },
  {
    name: 'after a compaction',
    async play(talk) {
      talk.says('Write about pendulums.', { attachments: ['attachments/data.csv'] });
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks(DONE);
      talk.says('And now?');
      await talk.compacts();
      await talk.asks(look('paper.md'));
      talk.results('# A paper');
      await talk.asks(DONE);
    },
  },
  {
    name: 'a long call',
    async play(talk) {
      talk.says('Write it.');
      const content = 'A long paragraph of the paper, and another. '.repeat(300);
      const answer = calls(['writemd', { file: 'paper.md', content, mode: 'write' }]);
      const { finishReason } = await talk.asks({ ...answer, tokens: 12_000 });
      if (finishReason !== 'tool_calls') throw new Error(`a long call was cut: ${finishReason}`);
      talk.results('Written.');
      await talk.asks(DONE);
    },
  },
];
