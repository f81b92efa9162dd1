/** How many model calls and runs of code a worker does at once, and how people share them (docs/scaling.md, "Shares"). */
import { availableParallelism, totalmem } from 'node:os';
import { DEFAULT_LIMITS } from '../sandbox/types.ts';
import { createFairGate, type FairGate } from '../threads/fair-gate.ts';

/** Model streams wait, they do not compute: many fit into one process. */
export const MODEL_PLACES = 500;

/** The part of all places that guests may hold together: anybody is as many guests as they like. */
const PART_FOR_GUESTS = 0.75;

/** Much code waits (for a clock, for memory) and takes no core; more than this would slow down what computes. */
const RUNS_PER_CORE = 4;

/** Runs at once: no more than their memory limits fit into three quarters of the machine's memory. */
export function codePlaces({ cores, memory }: { cores: number; memory: number } = thisMachine()): number {
  const byMemory = Math.floor((memory * 0.75) / DEFAULT_LIMITS.memoryBytes);
  return Math.max(1, Math.min(cores * RUNS_PER_CORE, byMemory));
}

/** Runs of one person with an account: as many as may compute at once. */
export function codePlacesOfOne(): number {
  return availableParallelism();
}

export function createPlaces(machine = thisMachine()): { model: FairGate; code: FairGate } {
  const shared = (places: number) => ({ places, placesForGuests: Math.floor(places * PART_FOR_GUESTS) });
  return {
    model: createFairGate({ ...shared(MODEL_PLACES), placesOf: () => MODEL_PLACES }),
    code: createFairGate({
      ...shared(codePlaces(machine)),
      placesOf: ({ guest }) => (guest ? 1 : machine.cores),
    }),
  };
}

function thisMachine() {
  return { cores: availableParallelism(), memory: totalmem() };
}
