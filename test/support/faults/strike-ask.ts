/** One case of the matrix of questions: a turn that waits for a person, one fault, the answer, the oracle. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Script, textReply, toolReply } from '../../../src/demo-model/reply.ts';
import { ofKind } from '../works.ts';
import { type GatePlace, setGate } from './gate.ts';
import type { Fault } from './process-faults.ts';
import { answersSoFar, isCodeAgent } from './scripted-turn.ts';
import { type Recovery, type Struck, withTrouble } from './strike.ts';

export interface AskMoment {
  name: string;
  /** Where a statement waits as it is struck. */
  place: GatePlace;
  /** Nobody is at the turn as it is struck: the answer comes afterwards. */
  idle?: true;
  /** The turn waits for a person because its budget is used up (H4), and not because its agent asks. */
  budget?: true;
  /** It waits because a run of code is asked about (H2), which a person allows or not. */
  run?: 'allowed' | 'refused';
}

const event = (when: string): GatePlace => ({ table: 'events', on: 'insert', when });
const ANSWERED = event("new.kind = 'ask.answered'");

/** In the order of the turn. */
export const ASK_MOMENTS: AskMoment[] = [
  { name: 'as it is asked', place: event("new.kind = 'ask.raised'") },
  { name: 'while it waits', place: ANSWERED, idle: true },
  { name: 'as it is answered', place: ANSWERED },
  {
    name: 'between the answer and the next step',
    place: event("new.kind = 'step.started' and new.body ->> 'step' = '2'"),
  },
  { name: 'as a budget is used up', place: event("new.kind = 'ask.raised'"), budget: true },
  { name: 'while a budget is used up', place: ANSWERED, idle: true, budget: true },
  { name: 'as a person lets it go on', place: ANSWERED, budget: true },
  { name: 'as a run is asked about', place: event("new.kind = 'ask.raised'"), run: 'allowed' },
  { name: 'while a run is asked about', place: ANSWERED, idle: true, run: 'allowed' },
  { name: 'as a run is allowed', place: ANSWERED, run: 'allowed' },
  {
    name: 'between the yes and the run',
    place: { table: 'claims', on: 'insert', when: "new.key like 'tool:%' and new.agent <> 'main'" },
    run: 'allowed',
  },
  { name: 'as a run is refused', place: ANSWERED, run: 'refused' },
];

const WORDS = 'The green one.';
const GO_ON = 'Go on';

/** What the turn of a moment does, and how many model calls it takes when nothing fails. */
function turnOf({ budget, run }: AskMoment): { script: Script; calls: number; words: string } {
  const call = (name: string, given: Record<string, unknown>) => toolReply([{ name, arguments: given }]);
  const asked = (first: ReturnType<Script>): Script => {
    return (request) => (answersSoFar(request) > 0 ? textReply('So be it.') : first);
  };
  if (budget) return { script: asked(call('tree', {})), calls: 2, words: GO_ON };
  if (run === undefined)
    return { script: asked(call('ask_person', { question: 'Which one?' })), calls: 2, words: WORDS };
  const main = asked(call('code_agent', { task: 'Count once.' }));
  const code = asked(call('run_python', { code: "open('count.txt', 'a').write('x')" }));
  const words = run === 'allowed' ? 'Allow' : 'Do not allow';
  return { script: (request, nth) => (isCodeAgent(request) ? code : main)(request, nth), calls: 4, words };
}

/** @throws with all that is wrong afterwards */
export async function strikeAsk<System extends Struck>(
  system: System,
  moment: AskMoment,
  fault: Fault<System>,
): Promise<Recovery> {
  const { script, calls: callsOfTheTurn, words } = turnOf(moment);
  system.model.setScript(script);
  const workId = await system.newWork(system.account);
  if (moment.budget)
    // The first answer takes more than this.
    await system.db
      .updateTable('works')
      .set({ budget: JSON.stringify({ turn: { tokens: 1 } }) })
      .where('id', '=', workId)
      .execute();
  if (moment.run)
    await system.db
      .updateTable('works')
      .set({ policy: JSON.stringify({ code: 'ask' }) })
      .where('id', '=', workId)
      .execute();
  const gate = await setGate(system.databaseUrl, workId, moment.place);
  const watcher = system.watch(workId);
  const calls = system.model.count();
  try {
    watcher.say('Ask me.');
    const isAsked = moment.place.when.includes('ask.raised');
    if (isAsked) {
      await gate.reached();
      await fault.strike(system, gate);
    }
    const raised = await watcher.event(({ kind }) => kind === 'ask.raised', 'the question', 60_000);
    if (raised.kind !== 'ask.raised') throw new Error('no question');
    if (moment.idle) await fault.strike(system, gate);
    watcher.answer(raised.askId, words);
    if (!isAsked && !moment.idle) {
      await gate.reached();
      await fault.strike(system, gate);
    }
    const struck = performance.now();
    const end = await watcher.event(({ kind }) => kind === 'turn.completed', 'the end of the turn', 60_000);
    const ms = Math.round(performance.now() - struck);
    await watcher.acked(raised.askId);
    await system.expectSound(workId);
    const extraCalls = system.model.count() - calls - callsOfTheTurn;
    const problems = ofKind(
      watcher.events,
      'ask.answered',
      ...(moment.budget || moment.run ? [] : ['tool.completed' as const]),
    )
      .filter((each) => (each.kind === 'ask.answered' ? each.text : each.result) !== words)
      .map((each) => `H1: ${JSON.stringify(each)} is not the answer`);
    const questions = ofKind(watcher.events, 'ask.raised').length;
    if (questions !== 1) problems.push(`H1: a person was asked ${questions} times`);
    if (moment.run) problems.push(...(await wrongRuns(system.dataDir, workId, moment.run)));
    if (end.kind === 'turn.completed' && end.outcome !== 'done') {
      problems.push(`the turn is ${end.outcome}: ${JSON.stringify(end.error)}`);
    }
    if (extraCalls > fault.extraCalls) problems.push(`D6: ${extraCalls} model calls too many`);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return { ms, extraCalls };
  } catch (error) {
    throw withTrouble(error, system);
  } finally {
    watcher.close();
    await system.tidy();
    await gate.remove();
  }
}

/** What is wrong with how often the code ran that was asked about: once where it was allowed, else never. */
async function wrongRuns(dataDir: string, workId: string, run: 'allowed' | 'refused'): Promise<string[]> {
  const count = path.join(dataDir, 'workspaces', workId, 'count.txt');
  const ran = await readFile(count, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return ran === (run === 'allowed' ? 'x' : '')
    ? []
    : [`H2: a run that was ${run} was made ${ran.length} times`];
}
