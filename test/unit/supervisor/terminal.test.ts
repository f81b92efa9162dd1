import { describe, expect, test } from '@jest/globals';
import { createTranscript } from '../../../src/cli/ask/transcript.ts';
import type { LogEvent } from '../../../src/domain/events.ts';
import { lineForTerminal } from '../../../src/supervisor/terminal.ts';

describe('lines of children`s logs that a person sees', () => {
  test('warnings and worse, in words; everyday lines stay in the file', () => {
    expect(lineForTerminal('api', '{"level":30,"msg":"request"}')).toBeUndefined();
    expect(lineForTerminal('api', '{"level":40,"msg":"slow","err":{"message":"why"}}')).toBe(
      'api: slow (why)',
    );
  });

  test('what is no log line is a crash, and shown', () => {
    expect(lineForTerminal('worker', 'TypeError: x is not a function')).toBe(
      'worker: TypeError: x is not a function',
    );
    expect(lineForTerminal('worker', '42')).toBe('worker: 42');
  });

  test('the embedded servers speak up only when they fail', () => {
    expect(lineForTerminal('postgres', 'LOG: checkpoint')).toBeUndefined();
    expect(lineForTerminal('postgres', 'PANIC: out of space')).toBe('postgres: PANIC: out of space');
    expect(lineForTerminal('temporal', '{"level":"warn","msg":"poll"}')).toBeUndefined();
  });
});

describe('a turn in the terminal', () => {
  const event = (body: object) => ({ seq: 1, turn: 1, at: '', ...body }) as LogEvent;

  function shown(...bodies: object[]): string {
    let text = '';
    const transcript = createTranscript((piece) => {
      text += piece;
    }, false);
    for (const body of bodies) transcript.show(event(body));
    return text;
  }

  test('text runs on; a tool call begins a line of its own and names what it is about', () => {
    const text = shown(
      { kind: 'text.delta', agent: 'main', text: 'I will' },
      { kind: 'text.delta', agent: 'main', text: ' write.' },
      {
        kind: 'tool.called',
        toolCallId: 'a',
        name: 'writemd',
        arguments: { file: 'paper.md', content: '…' },
      },
      {
        kind: 'tool.completed',
        toolCallId: 'a',
        ok: true,
        result: '',
        files: [{ path: 'paper.md', change: 'changed' }],
        durationMs: 40,
      },
    );
    expect(text).toBe('I will write.\n> writemd paper.md\n  writemd ok, 0.0 s\n  changed paper.md\n');
  });

  test('a failed call says why, in one line', () => {
    const text = shown(
      { kind: 'tool.called', toolCallId: 'a', name: 'run_python', arguments: 'not JSON' },
      {
        kind: 'tool.completed',
        toolCallId: 'a',
        ok: false,
        result: 'timed out after 20 s\nmore',
        files: [],
        durationMs: 20_000,
      },
    );
    expect(text).toBe('> run_python not JSON\n  run_python failed, 20.0 s: timed out after 20 s\n');
  });

  test('H3: a plan has a line for each step', () => {
    const steps = [
      { step: 'Read', status: 'completed' },
      { step: 'Write', status: 'in_progress' },
      { step: 'Check', status: 'pending' },
    ];
    expect(shown({ kind: 'plan.changed', by: 'agent', steps })).toBe(
      'Plan, 1 of 3 done:\n  ✓ Read\n  ▸ Write\n  ○ Check\n',
    );
    expect(shown({ kind: 'plan.changed', by: 'person', steps: [] })).toBe('There is no plan any more.\n');
  });

  test('nothing that was printed steers the terminal', () => {
    expect(
      shown({ kind: 'tool.output', toolCallId: 'a', stream: 'stdout', text: '\x1b[2Jhi\x07\x9b31m\n' }),
    ).toBe('[2Jhi31m\n');
  });
});
