/** What can happen to `npm start` while a statement waits at a gate. */
import type { EmbeddedSystem } from './embedded-system.ts';
import type { Fault } from './process-faults.ts';

export const SUPERVISOR_FAULTS: Fault<EmbeddedSystem>[] = [
  {
    name: 'supervisor killed',
    extraCalls: 0,
    async strike(system, gate) {
      await system.killSupervisor();
      await gate.open();
    },
  },
  {
    name: 'supervisor killed and started again',
    extraCalls: 1,
    async strike(system, gate) {
      await system.killSupervisor();
      await gate.open();
      await system.start();
    },
  },
  {
    name: 'stopped and started again',
    extraCalls: 1,
    async strike(system, gate) {
      const stopped = system.stop();
      await gate.open();
      await stopped;
      await system.start();
    },
  },
  {
    name: 'everything killed',
    extraCalls: 1,
    async strike(system) {
      await system.killEverything();
      await system.start();
    },
  },
  {
    name: 'worker killed, a spare takes over',
    extraCalls: 1,
    async strike(system, gate) {
      await system.waitForSpare();
      system.signal('worker', 'SIGKILL');
      await gate.open();
    },
  },
  {
    name: 'worker killed, then the spare as it takes over',
    extraCalls: 2,
    async strike(system, gate) {
      const spare = await system.waitForSpare();
      system.signal('worker', 'SIGKILL');
      await system.waitFor((pids) => pids.worker === spare, 'the spare to take over');
      system.signal('worker', 'SIGKILL');
      await gate.open();
    },
  },
  {
    name: 'worker and spare killed at once',
    extraCalls: 1,
    async strike(system, gate) {
      await system.waitForSpare();
      system.signal('worker-spare', 'SIGKILL');
      system.signal('worker', 'SIGKILL');
      await gate.open();
    },
  },
  {
    name: 'worker killed, its spare asleep',
    extraCalls: 1,
    async strike(system, gate) {
      await system.waitForSpare();
      system.signal('worker-spare', 'SIGSTOP');
      system.signal('worker', 'SIGKILL');
      await gate.open();
    },
  },
];
