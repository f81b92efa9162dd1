/**
 * What a model takes, gives and costs: what the person set, before what was learned, before what its server says,
 * before our table, before a default (M7, M19).
 */
import { filledPrices, wholePrices } from '../../domain/model-prices.ts';
import type { ModelConnection } from '../connection.ts';
import type { ModelEndpoint } from '../types.ts';
import { type KnownLimits, limitsFrom, type ModelLimits } from './limits.ts';
import { isKnownHost, tableLimits } from './model-table.ts';
import { type Probed, probe } from './probe.ts';

/** How long what a server said is believed, and how long its silence. */
const FRESH_MS = 10 * 60_000;
const SILENT_MS = 60_000;
const MOST_REMEMBERED = 1_000;

export interface LimitsFinder {
  /** The endpoint with its limits in it; nothing that can be waited for long. */
  withLimits(endpoint: ModelEndpoint, connection: ModelConnection): Promise<ModelEndpoint>;
  /** Whether its server is an Ollama, which cuts prompts that are too long. */
  isOllama(endpoint: ModelEndpoint, connection: ModelConnection): Promise<boolean>;
}

/** Every source, its server too: for whoever sets a model up. */
export async function findLimits(endpoint: ModelEndpoint, connection: ModelConnection): Promise<ModelLimits> {
  const [learned, probed] = await Promise.all([
    connection.learning.known(endpoint),
    probe(endpoint, connection),
  ]);
  return limitsOf(endpoint, learned.contextWindow, probed);
}

/** Remembers what servers have said, for one process. */
export function createLimitsFinder(): LimitsFinder {
  const remembered = new Map<string, { probed: Promise<Probed>; until: number }>();

  /** What was said last, asked anew behind the back of whoever wants to know where it is old. */
  function askedOnce(endpoint: ModelEndpoint, connection: ModelConnection): Promise<Probed> {
    const key = JSON.stringify([endpoint.id ?? null, endpoint.baseUrl, endpoint.model]);
    const found = remembered.get(key);
    if (found !== undefined && performance.now() < found.until) return found.probed;
    const probed = probe(endpoint, connection);
    const entry = { probed: found?.probed ?? probed, until: performance.now() + SILENT_MS };
    remembered.delete(key);
    remembered.set(key, entry);
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    void probed.then((said) => {
      const isSilent = said.contextWindow === undefined;
      // A server that is away for a moment has not become another.
      if (!isSilent || found === undefined) entry.probed = probed;
      if (!isSilent) entry.until = performance.now() + FRESH_MS;
    });
    return entry.probed;
  }

  return {
    async withLimits(endpoint, connection) {
      const [learned, probed] = await Promise.all([
        connection.learning.known(endpoint),
        isAskedFor(endpoint) ? askedOnce(endpoint, connection) : {},
      ]);
      const { contextWindow, maxOutput, prices } = limitsOf(endpoint, learned.contextWindow, probed);
      return {
        ...endpoint,
        contextWindow: contextWindow.value,
        ...(maxOutput === null ? {} : { maxOutput: maxOutput.value }),
        ...(prices === null ? {} : { prices: prices.value }),
      };
    },
    async isOllama(endpoint, connection) {
      return (await askedOnce(endpoint, connection)).isOllama;
    },
  };
}

/** A server is asked where somebody has left a figure open, and the table does not know the model there. */
function isAskedFor(endpoint: ModelEndpoint): boolean {
  const { isWindowAssumed, maxOutput, prices = {} } = endpoint;
  if (!isWindowAssumed && maxOutput !== undefined && wholePrices(prices) !== undefined) return false;
  return !isKnownHost(endpoint.baseUrl) || tableLimits(endpoint).contextWindow === undefined;
}

function limitsOf(
  endpoint: ModelEndpoint,
  learnedWindow: number | null | undefined,
  probed: KnownLimits,
): ModelLimits {
  const table = tableLimits(endpoint);
  const { isWindowAssumed, contextWindow, maxOutput, prices = {} } = endpoint;
  const isPriced = Object.keys(prices).length > 0;
  return limitsFrom([
    [
      'settings',
      {
        contextWindow: isWindowAssumed ? undefined : contextWindow,
        maxOutput,
        prices: isPriced ? wholePrices(filledPrices(prices, probed.prices ?? table.prices)) : undefined,
      },
    ],
    ['learned', { contextWindow: learnedWindow ?? undefined }],
    ['server', probed],
    ['table', table],
  ]);
}
