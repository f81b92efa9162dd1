/** One case of the matrix of questions: a turn that asks a person, one fault, the answer, the oracle. */
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
];

const WORDS = 'The green one.';
/** Model calls of the turn when nothing fails. */
const CALLS = 2;

/** @throws with all that is wrong afterwards */
export async function strikeAsk<System extends Struck>(
  system: System,
  moment: AskMoment,
  fault: Fault<System>,
): Promise<Recovery> {
  system.model.setScript((request) =>
    answersSoFar(request) > 0
      ? textReply('So be it.')
      : toolReply([{ name: 'ask_person', arguments: { question: 'Which one?' } }]),
  );
  const workId = await system.newWork(system.account);
  const gate = await setGate(system.databaseUrl, workId, moment.place);
  const watcher = system.watch(workId);
  const calls = system.model.count();
  try {
    watcher.say('Ask me.');
    const isAsked = moment === ASK_MOMENTS[0];
    if (isAsked) {
      await gate.reached();
      await fault.strike(system, gate);
    }
    const raised = await watcher.event(({ kind }) => kind === 'ask.raised', 'the question', 60_000);
    if (raised.kind !== 'ask.raised') throw new Error('no question');
    if (moment.idle) await fault.strike(system, gate);
    watcher.answer(raised.askId, WORDS);
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
    const problems = ofKind(watcher.events, 'ask.answered', 'tool.completed')
      .filter((each) => (each.kind === 'ask.answered' ? each.text : each.result) !== WORDS)
      .map((each) => `H1: ${JSON.stringify(each)} is not the answer`);
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
