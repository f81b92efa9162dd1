/** What can happen to the servers that everything stands on, while a statement waits at a gate. */
import type { OwnServers } from './own-servers.ts';
import type { Fault } from './process-faults.ts';

export const SERVER_FAULTS: { name: string; of: (servers: OwnServers) => Fault['strike'] }[] = [
  {
    name: 'Postgres killed',
    of: (servers) => async () => {
      await servers.killPostgres();
      await servers.startPostgres();
    },
  },
  {
    name: 'Postgres killed after the commit',
    of: (servers) => async (system, gate) => {
      system.proxy.loseAnswers();
      await gate.pass();
      await servers.killPostgres();
      system.proxy.breakConnections();
      await servers.startPostgres();
    },
  },
  {
    name: "Postgres' own process crashed",
    of: (servers) => async (_system, gate) => servers.crashPostgresSession(await gate.waiting()),
  },
  { name: "another's process crashed", of: (servers) => () => servers.crashPostgresSession() },
  {
    name: 'Temporal killed',
    of: (servers) => async (_system, gate) => {
      await servers.killTemporal();
      await gate.open();
      await servers.startTemporal();
    },
  },
  {
    name: "Temporal's files deleted",
    of: (servers) => async (_system, gate) => {
      await servers.killTemporal();
      await gate.open();
      await servers.deleteTemporalFiles();
      await servers.startTemporal();
    },
  },
];
