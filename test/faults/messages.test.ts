import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Script, type Step, say, textReply, toolReply } from '../../src/demo-model/reply.ts';
import { lastWords } from '../../src/demo-model/said.ts';
import type { LogEvent } from '../../src/domain/events.ts';
import { type FaultSystem, startFaultSystem } from '../support/faults/fault-system.ts';
import { setGate } from '../support/faults/gate.ts';
import { pointNamed } from '../support/faults/points.ts';
import { faultList } from '../support/faults/report.ts';
import { answersSoFar } from '../support/faults/scripted-turn.ts';
import { withTrouble } from '../support/faults/strike.ts';
import type { Watcher } from '../support/faults/watcher.ts';
import { ofKind } from '../support/works.ts';

let system: FaultSystem;
let secondApi: string;
const list = faultList('messages');
const CASES = 7;

beforeAll(async () => {
  system = await startFaultSystem({ script: () => textReply('Yes.') });
  secondApi = (await system.startApi()).url;
});

afterAll(async () => {
  await system.close();
  await list.write(CASES);
});

const endOf = (turn: number) => (event: LogEvent) => event.kind === 'turn.completed' && event.turn === turn;

/** Runs `use` with a watched new Work, and asks the oracle. */
async function withWork(use: (watcher: Watcher, workId: string) => Promise<string>): Promise<string> {
  const workId = await system.newWork(system.account);
  const watcher = system.watch(workId);
  try {
    const words = await use(watcher, workId);
    await system.expectSound(workId);
    return words;
  } catch (error) {
    throw withTrouble(error, system);
  } finally {
    watcher.close();
  }
}

const echo: Script = (request) => textReply(`You said ${lastWords(request.messages)}.`);

test('P5, D1: the same message sent at once by two sockets to two api processes is one message and one turn', async () => {
  await list.row('the same id at once, by two sockets to two api processes, 20 times', async () => {
    system.model.setScript(echo);
    return await withWork(async (watcher, workId) => {
      const other = system.watch(workId, [secondApi]);
      await other.acked(other.say('first, so that both sockets are open'));
      await watcher.event(endOf(1), 'the first end');
      const ids = Array.from({ length: 20 }, () => randomUUID());
      for (const id of ids) {
        watcher.say(`message ${id}`, { id });
        other.say(`message ${id}`, { id });
      }
      await Promise.all(ids.flatMap((id) => [watcher.acked(id), other.acked(id)]));
      const end = await watcher.event(endOf(21), 'the last end', 120_000);
      await other.event(endOf(21), 'the last end there');
      expect(end).toMatchObject({ outcome: 'done' });
      expect(ofKind(watcher.events, 'turn.started')).toHaveLength(21);
      expect(other.events).toEqual(watcher.events);
      other.close();
      return 'one turn each, both sockets saw the same events';
    });
  });
}, 150_000);

/** The first answer calls a tool after a gate that the test opens; every further one is a text. */
function withHeldTool() {
  const go = Promise.withResolvers<void>();
  const script: Script = (request) => {
    if (answersSoFar(request) > 0) return textReply('Done with that.');
    return {
      kind: 'stream',
      steps: (async function* (): AsyncGenerator<Step> {
        yield* say('I look around. ');
        await go.promise;
        const reply = toolReply([{ name: 'tree', arguments: { path: null } }]);
        if (reply.kind === 'stream') yield* reply.steps;
      })(),
    };
  };
  return { script, go: go.resolve };
}

test('P13, D1: a steering message is taken where the next step begins, also when the worker dies first', async () => {
  await list.row('steer, the worker killed before the next step', async () => {
    const held = withHeldTool();
    system.model.setScript(held.script);
    return await withWork(async (watcher) => {
      watcher.say('Look.');
      await watcher.event(({ kind }) => kind === 'text.delta', 'the first words');
      const id = watcher.say('Look closely.', { delivery: 'steer' });
      await watcher.acked(id);
      await system.processes.worker.signal('SIGKILL');
      held.go();
      await system.replaceWorker();
      expect(await watcher.event(endOf(1), 'the end')).toMatchObject({ outcome: 'done' });
      expect(ofKind(watcher.events, 'message.steered')).toMatchObject([{ id, turn: 1 }]);
      expect(ofKind(watcher.events, 'turn.started')).toHaveLength(1);
      return 'taken by the attempt that took over';
    });
  });
}, 90_000);

test.each(['before', 'after'] as const)(
  'P13, D1: a steering message that comes as the turn ends is answered, the worker killed %s that is stored',
  async (when) => {
    await list.row(`steer as the turn ends, the worker killed ${when} the end is stored`, async () => {
      system.model.setScript(() => textReply('Short.'));
      return await withWork(async (watcher, workId) => {
        const gate = await setGate(system.databaseUrl, workId, pointNamed('turn completed').place);
        watcher.say('One.');
        await gate.reached();
        const id = watcher.say('Two.', { delivery: 'steer' });
        await system.processes.worker.signal('SIGKILL');
        await (when === 'before' ? gate.abort() : gate.open());
        await system.replaceWorker();
        await watcher.acked(id);
        const taken = (event: LogEvent) =>
          (event.kind === 'message.steered' && event.id === id) ||
          (event.kind === 'turn.started' && event.messageIds.includes(id));
        const turn = (await watcher.event(taken, 'the message was taken')).turn ?? 0;
        expect(await watcher.event(endOf(turn), 'its end')).toMatchObject({ outcome: 'done' });
        await gate.remove();
        return turn === 1 ? 'taken by the same turn' : 'a turn of its own';
      });
    });
  },
  90_000,
);

test('D1, P13: queued messages are answered in order although api and worker are killed between them', async () => {
  await list.row('five queued messages, api and worker killed after each second answer', async () => {
    system.model.setScript(echo);
    return await withWork(async (watcher) => {
      const ids = ['one', 'two', 'three', 'four', 'five'].map((text) => watcher.say(text));
      for (const turn of [1, 3]) {
        await watcher.event(endOf(turn), `the end of turn ${turn}`);
        await Promise.all([
          system.processes.api.signal('SIGKILL'),
          system.processes.worker.signal('SIGKILL'),
        ]);
        await Promise.all([system.replaceApi(), system.replaceWorker()]);
      }
      await watcher.event(endOf(5), 'the last end');
      const started = ofKind(watcher.events, 'turn.started').map(({ messageIds }) => messageIds[0]);
      expect(new Set(started)).toEqual(new Set(ids));
      return 'a turn each';
    });
  });
});

test('D1: messages sent at once by many sockets are each a turn of their own', async () => {
  await list.row('ten different messages at once, half of them by another api process', async () => {
    system.model.setScript(echo);
    return await withWork(async (watcher, workId) => {
      const others = Array.from({ length: 9 }, (_, index) =>
        system.watch(workId, [index % 2 === 0 ? secondApi : system.url]),
      );
      const ids = [watcher, ...others].map((each, index) => each.say(`message ${index}`));
      await watcher.event(endOf(10), 'the last end', 90_000);
      const answered = ofKind(watcher.events, 'turn.started').flatMap(({ messageIds }) => messageIds);
      expect(new Set(answered)).toEqual(new Set(ids));
      for (const other of others) other.close();
      return 'a turn each';
    });
  });
});

test('D2, R9: a worker that slept past its lease works again, and what it held was done by another', async () => {
  await list.row('a worker asleep past its lease is the only one left afterwards', async () => {
    const held = withHeldTool();
    system.model.setScript(held.script);
    return await withWork(async (watcher) => {
      watcher.say('Look.');
      await watcher.event(({ kind }) => kind === 'text.delta', 'the first words');
      const sleeper = system.processes.worker;
      await sleeper.signal('SIGSTOP');
      held.go();
      await system.replaceWorker();
      expect(await watcher.event(endOf(1), 'the end')).toMatchObject({ outcome: 'done' });
      await sleeper.signal('SIGCONT');
      await system.processes.worker.signal('SIGKILL');
      system.processes.worker = sleeper;
      watcher.say('And now?');
      const began = performance.now();
      expect(await watcher.event(endOf(2), 'the second end')).toMatchObject({ outcome: 'done' });
      return `answers again after ${((performance.now() - began) / 1000).toFixed(1)} s`;
    });
  });
});
