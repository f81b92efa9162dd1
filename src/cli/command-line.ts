/** The command lines of our programs: what may be said, and one sentence where something else was. */
import { parseArgs } from 'node:util';

/** Options by their names without the dashes; of one with a value, `value` says what goes there. */
export type Options = Readonly<Record<string, { value?: string; default?: string }>>;

/** An option with a value gives text, its default, or nothing; any other gives whether it was there. */
export type OptionValues<O extends Options> = {
  [Name in keyof O]: O[Name] extends { value: string }
    ? O[Name] extends { default: string }
      ? string
      : string | undefined
    : boolean;
};

export interface Usage<O extends Options> {
  options?: O;
  /** What its other words are, such as `"what to do"`; absent: there may be none. */
  words?: string;
  /** How many of those there may be; absent: any number. */
  mostWords?: number;
}

export interface CommandLine<O extends Options> {
  values: OptionValues<O>;
  words: string[];
}

/** How a program ends that was called with what it does not know. */
const USAGE_EXIT_CODE = 2;

/** This process's own command line. Ends the process with code 2, and says one sentence, where it does not fit. */
export function readCommandLine<const O extends Options = Record<never, never>>(
  usage: Usage<O> = {},
): CommandLine<O> {
  const read = parseCommandLine(process.argv.slice(2), usage);
  if (typeof read !== 'string') return read;
  console.error(`paperagent: ${read}`);
  process.exit(USAGE_EXIT_CODE);
}

/** What the arguments say, or the sentence about what does not fit. */
export function parseCommandLine<const O extends Options>(
  args: string[],
  usage: Usage<O>,
): CommandLine<O> | string {
  const { options = {} as O, words, mostWords = words === undefined ? 0 : Number.POSITIVE_INFINITY } = usage;
  const { values, positionals, tokens } = parseArgs({
    args,
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string' },
      ]),
    ),
  });
  const may = whatMayBe(options, words);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) return `there is no option ${token.rawName}; ${may}`;
    if (option.value === undefined && token.value !== undefined)
      return `${token.rawName} takes no value; ${may}`;
    if (
      option.value !== undefined &&
      (token.value === undefined || (!token.inlineValue && token.value.startsWith('-')))
    )
      return `${token.rawName} needs a value; ${may}`;
  }
  if (positionals.length > mostWords) return `"${positionals[mostWords]}" has no meaning here; ${may}`;
  const entries = Object.entries(options).map(([name, option]) => [
    name,
    values[name] ?? (option.value === undefined ? false : option.default),
  ]);
  return { values: Object.fromEntries(entries) as OptionValues<O>, words: positionals };
}

function whatMayBe(options: Options, words: string | undefined): string {
  const all = Object.entries(options).map(
    ([name, { value }]) => `--${name}${value === undefined ? '' : ` ${value}`}`,
  );
  const may = [...(words === undefined ? [] : [words]), ...all];
  return may.length === 0 ? 'there are none' : `there are: ${may.join(', ')}`;
}
