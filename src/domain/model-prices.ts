/** What a model costs, as a person says it and as it is known (M20): pure. */

/** Price per million tokens; cached and written default to `input`. */
export interface Prices {
  input: number;
  output: number;
  /** Of input that the server had in its cache. */
  cached?: number;
  /** Of input that it wrote into its cache. */
  written?: number;
}

/**
 * The prices that a person said, and of those that they left open what is known of the model. What they say of input
 * goes for the cache, too: its parts are in the relation to it that the vendor's have.
 */
export function filledPrices(own: Partial<Prices>, known: Partial<Prices> = {}): Partial<Prices> {
  const scale = own.input !== undefined && known.input ? own.input / known.input : 1;
  const part = (price: number | undefined) => (price === undefined ? undefined : price * scale);
  return saidPrices({
    input: own.input ?? known.input,
    output: own.output ?? known.output,
    cached: own.cached ?? part(known.cached),
    written: own.written ?? part(known.written),
  });
}

/** Those of the four that somebody has said. */
export function saidPrices(
  prices: {
    [Part in keyof Prices]-?: number | null | undefined;
  },
): Partial<Prices> {
  return Object.fromEntries(Object.entries(prices).filter(([, price]) => price != null));
}

/** Undefined where it is too little to reckon by. */
export function wholePrices({ input, output, ...rest }: Partial<Prices>): Prices | undefined {
  return input === undefined || output === undefined ? undefined : { ...rest, input, output };
}
