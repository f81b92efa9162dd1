/** The demo's next move as the MainAgent: a pure function of the turn so far, so a crash or a retry goes on. */
import { chooseDataFile, columnsOf } from './data-file.ts';
import { type Language, languageOf } from './language.ts';
import { readMeasurements } from './measurements.ts';
import { answer, type Move } from './move.ts';
import { changedCalls, paperCalls, repairCalls } from './paper-calls.ts';
import { type Phrases, phrases } from './phrases.ts';
import { topicOf } from './topic-of.ts';
import type { DataFile, Topic } from './topics/topic.ts';
import { hasFailed, type MadeCall, type Turn } from './turn.ts';

const WRITES = new Set(['update_section_content', 'add_section', 'rename_section_title', 'writemd']);

/** A person who wants to decide something themselves. */
const WANTS_TO_BE_ASKED = /\bask me\b|问我|問我/i;

export function mainMove(turn: Turn): Move {
  const topicPrompt = turn.prompts.findLast((prompt) => topicOf(prompt, turn.hasTable) !== undefined);
  const topic = topicPrompt === undefined ? undefined : topicOf(topicPrompt, turn.hasTable);
  const language = languageOf(topicPrompt ?? turn.prompts.at(-1) ?? '');
  const say = phrases[language];
  if (topic === undefined || topicPrompt === undefined) return answer(say.whatIAm);
  const move =
    turn.reviewedAfter === null ? nextMove(topic, topicPrompt, language, turn) : afterReview(say, turn);
  return turn.justSteered ? { ...move, text: `${say.steered}\n\n${move.text}` } : move;
}

/** What the demo's reviewer asks for is written, once (H5). */
function afterReview(say: Phrases, { calls, reviewedAfter }: Turn): Move {
  const since = calls.slice(reviewedAfter ?? 0);
  if (since.some((made) => WRITES.has(made.name))) return answer(say.reviewed);
  const section = { file: 'paper.md', level: 2, ...say.limits, after: null };
  return { text: say.reviewing, calls: [call('add_section', section)] };
}

function nextMove(topic: Topic, prompt: string, language: Language, { calls }: Turn): Move {
  const say = phrases[language];
  const texts = topic.texts[language];
  const outline = lastOf(calls, 'analyze_template');
  if (outline === undefined) {
    const look = topic.id === 'data' ? call('list_attachments') : call('tree', { path: null });
    return {
      text: texts.plan,
      calls: [planned(say, 0), call('analyze_template', { file: 'paper.md' }), look],
    };
  }

  const { workedOut } = topic;
  const isMend = (made: MadeCall) =>
    made.name === 'code_agent' && made.arguments.task === workedOut?.task(language);
  const runs = calls.filter((made) => made.name === 'code_agent' && !isMend(made));
  const lastRun = runs.at(-1);
  if (lastRun === undefined) {
    const data = topic.id === 'data' ? dataFile(calls, prompt) : undefined;
    if (data === 'none') return answer(say.noDataFile);
    if (data === 'unreadable') return answer(say.unreadableData);
    if (typeof data === 'string') return { text: say.reading, calls: [readAttachment(data)] };
    const asked = lastOf(calls, 'ask_person');
    const question = topic.question?.[language];
    if (question !== undefined && asked === undefined && WANTS_TO_BE_ASKED.test(prompt))
      return { text: say.asking, calls: [call('ask_person', { ...question, waitSeconds: null })] };
    const task = topic.task(language, { data, answer: asked?.result });
    return { text: say.delegating, calls: [planned(say, 1), call('code_agent', { task })] };
  }

  const measurements = readMeasurements(lastRun.result, language);
  if (!measurements.has(topic.proof)) {
    return runs.length > 1
      ? answer(say.noNumbers)
      : { text: say.again, calls: [call('code_agent', lastRun.arguments)] };
  }

  const after = calls.slice(calls.indexOf(lastRun) + 1);
  const mend = after.findIndex(isMend);
  const writes = (mend < 0 ? after : after.slice(0, mend)).filter((made) => WRITES.has(made.name));
  const paper = texts.paper(measurements);
  if (writes.length === 0) {
    const written = paperCalls(outline.result, paper, language);
    return { text: say.writing, calls: [planned(say, 2), ...written] };
  }
  const failed = writes.filter((made) => made.name === 'update_section_content' && hasFailed(made));
  const repaired = new Set(writes.map((made) => made.step)).size > 1;
  if (failed.length > 0 && !repaired) {
    const sections = failed.map((made) => ({
      section: String(made.arguments.section),
      content: String(made.arguments.content),
    }));
    return { text: say.repairing, calls: repairCalls(sections) };
  }
  const summary = texts.summary(measurements);
  /** The last words, once the paper was checked as it stands. */
  const checked = (words: string): Move => {
    const check = lastOf(calls.slice(calls.findLastIndex((made) => WRITES.has(made.name))), 'check_paper');
    if (check === undefined) {
      const calls = [planned(say, 3), call('check_paper', { file: 'paper.md' }), planned(say, 4)];
      return { text: say.checkingPaper, calls };
    }
    return answer([words, ...leftOver(check, say)].join('\n\n'));
  };
  const guess = workedOut?.guess(measurements);
  if (workedOut === undefined || guess === undefined) return checked(summary);
  const mendRun = after[mend];
  if (mendRun === undefined) {
    return writes.some((made) => isUntraced(guess, made))
      ? { text: say.caught(guess), calls: [call('code_agent', { task: workedOut.task(language) })] }
      : checked(`${summary} ${say.left(guess)}`);
  }
  const all = readMeasurements(`${lastRun.result}\n${mendRun.result}`, language);
  if (!all.has(workedOut.key)) return checked(`${summary} ${say.left(guess)}`);
  const value = all.value(workedOut.key);
  const isWritten = after.slice(mend + 1).some((made) => WRITES.has(made.name));
  return isWritten
    ? checked(`${summary} ${say.mended(guess, value)}`)
    : { text: say.mending(value), calls: changedCalls(writes, paper, texts.paper(all), language) };
}

/** Whether the result of an edit says that this number of it stands in no run, message or file. */
function isUntraced(number: string, { result }: MadeCall): boolean {
  const [, told = ''] = /\bIn no run, message or file: (.*?)\. Let /.exec(result) ?? [];
  return told.split(', ').includes(number);
}

/** What the check of the paper found, to be named: this dialogue repairs nothing. */
function leftOver({ result }: MadeCall, say: Phrases): string[] {
  const found = /\bfound (\d+) thing/.exec(result)?.[1];
  return found === undefined ? [] : [say.leftOver(Number(found))];
}

/** What is known of the file to analyse: nothing yet but its path, the file with its columns, or why there is none. */
function dataFile(calls: MadeCall[], prompt: string): string | 'none' | 'unreadable' | DataFile {
  const read = lastOf(calls, 'read_attachment');
  if (read !== undefined) {
    const columns = columnsOf(read.result);
    return columns.length === 0 ? 'unreadable' : { path: String(read.arguments.path), columns };
  }
  return chooseDataFile(lastOf(calls, 'list_attachments')?.result ?? '', prompt) ?? 'none';
}

/** The plan with so many of its steps done, and the next one under way (H3). */
function planned({ plan }: Phrases, done: number): Move['calls'][number] {
  const steps = plan.map((step, at) => ({
    step,
    status: at < done ? 'completed' : at === done ? 'in_progress' : 'pending',
  }));
  return call('update_plan', { steps });
}

function readAttachment(path: string): Move['calls'][number] {
  return call('read_attachment', { path, offset: null, limit: 20 });
}

function call(name: string, args: Record<string, unknown> = {}): Move['calls'][number] {
  return { name, arguments: args };
}

function lastOf(calls: MadeCall[], name: string): MadeCall | undefined {
  return calls.findLast((made) => made.name === name);
}
