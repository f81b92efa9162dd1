/** The named points of a turn: each is a row about to be written, at which a gate holds the statement. */
import type { GatePlace } from './gate.ts';

export interface Point {
  name: string;
  place: GatePlace;
  /** Whose statement it is. */
  of: 'api' | 'worker';
}

const event = (name: string, when: string): Point => ({
  name,
  of: 'worker',
  place: { table: 'events', on: 'insert', when },
});

const callOf = (tool: string) =>
  `exists (select from tool_calls t where t.work_id = new.work_id and t.name = '${tool}'
           and t.id = (new.body ->> 'toolCallId')::uuid)`;

const claimOf = (tool: string): Point['place'] => ({
  table: 'claims',
  on: 'insert',
  when: `exists (select from tool_calls t where t.work_id = new.work_id and t.name = '${tool}'
                 and new.key = 'tool:' || t.id)`,
});

/** In the order of the turn. "Before" a point nothing of the statement is stored, "after" it all of it is. */
export const POINTS: Point[] = [
  {
    name: 'message stored',
    of: 'api',
    place: { table: 'events', on: 'insert', when: "new.kind = 'message.queued'" },
  },
  event('turn claimed', "new.kind = 'turn.started'"),
  event('first delta', "new.kind = 'text.delta'"),
  event('middle delta', "new.kind = 'text.delta' and new.body ->> 'text' like '%middle%'"),
  event('tool arguments', "new.kind = 'tool.delta' and new.body ->> 'text' <> ''"),
  event('answer stored', "new.kind = 'message.completed'"),
  { name: 'tool claimed', of: 'worker', place: claimOf('writemd') },
  { name: 'tool running', of: 'worker', place: { table: 'file_changes', on: 'insert', when: 'true' } },
  event('tool completed', `new.kind = 'tool.completed' and ${callOf('writemd')}`),
  event('step claimed', "new.kind = 'step.started' and new.body ->> 'step' = '2'"),
  event('code agent started', "new.kind = 'step.started' and new.body ->> 'agent' <> 'main'"),
  { name: 'run claimed', of: 'worker', place: claimOf('run_python') },
  { name: 'run started', of: 'worker', place: { table: 'runs', on: 'insert', when: 'true' } },
  event('run output', "new.kind = 'tool.output'"),
  event('run ended', `new.kind = 'tool.completed' and ${callOf('run_python')}`),
  event('code agent answered', "new.kind = 'text.delta' and new.body ->> 'agent' <> 'main'"),
  event('code agent finished', `new.kind = 'tool.completed' and ${callOf('code_agent')}`),
  event('final answer streams', "new.kind = 'text.delta' and new.body ->> 'text' like '%All%'"),
  event('turn completed', "new.kind = 'turn.completed'"),
  {
    name: 'history written',
    of: 'worker',
    place: { table: 'works', on: 'update', when: 'new.history_seq > old.history_seq' },
  },
];

/** The point of that name. @throws where there is none */
export function pointNamed(name: string): Point {
  const point = POINTS.find((candidate) => candidate.name === name);
  if (point === undefined) throw new Error(`there is no point "${name}"`);
  return point;
}
