/** One case of the matrix of questions: a turn that waits for a person, one fault, the answer, the oracle. */
import { textReply, toolReply } from '../../../src/demo-model/reply.ts';
import { ofKind } from '../works.ts';
import { type GatePlace, setGate } from './gate.ts';
import type { Fault } from './process-faults.ts';
import { answersSoFar } from './scripted-turn.ts';
import { type Recovery, type Struck, withTrouble } from './strike.ts';

export interface AskMoment {
  name: string;
  /** Where a statement waits as it is struck. */
  place: GatePlace;
  /** Nobody is at the turn as it is struck: the answer comes afterwards. */
  idle?: true;
  /** The turn waits for a person because its budget is used up (H4), and not because its agent asks. */
  budget?: true;
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
];

const WORDS = 'The green one.';
const GO_ON = 'Go on';
/** Model calls of the turn when nothing fails. */
const CALLS = 2;

/** @throws with all that is wrong afterwards */
export async function strikeAsk<System extends Struck>(
  system: System,
  moment: AskMoment,
  fault: Fault<System>,
): Promise<Recovery> {
  const call = moment.budget
    ? { name: 'tree', arguments: {} }
    : { name: 'ask_person', arguments: { question: 'Which one?' } };
  const words = moment.budget ? GO_ON : WORDS;
  system.model.setScript((request) =>
    answersSoFar(request) > 0 ? textReply('So be it.') : toolReply([call]),
  );
  const workId = await system.newWork(system.account);
  if (moment.budget)
    // The first answer takes more than this.
    await system.db
      .updateTable('works')
      .set({ budget: JSON.stringify({ turn: { tokens: 1 } }) })
      .where('id', '=', workId)
      .execute();
  const gate = await setGate(system.databaseUrl, workId, moment.place);
  const watcher = system.watch(workId);
  const calls = system.model.count();
  try {
    watcher.say('Ask me.');
    const isAsked = moment.name.startsWith('as it is asked') || moment.name === 'as a budget is used up';
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
    const extraCalls = system.model.count() - calls - CALLS;
    const problems = ofKind(
      watcher.events,
      'ask.answered',
      ...(moment.budget ? [] : ['tool.completed' as const]),
    )
      .filter((each) => (each.kind === 'ask.answered' ? each.text : each.result) !== words)
      .map((each) => `H1: ${JSON.stringify(each)} is not the answer`);
    const questions = ofKind(watcher.events, 'ask.raised').length;
    if (questions !== 1) problems.push(`H4: a person was asked ${questions} times`);
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
