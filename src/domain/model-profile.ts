/** How a model may be asked: what people can say of it themselves (M19), each field with the values it may have. */
export const PROFILE_CHOICES = {
  /** Which API speaks: chat completions, or responses (M9). */
  api: ['chat', 'responses'],
  /** The header that carries the key. */
  auth: ['bearer', 'api-key'],
  /** The form of call ids: nine letters and digits, or `functions.NAME:N` (M3). */
  toolIds: ['nine', 'functions'],
  /** The field in which reasoning goes back; 'none' where it must not (M8). */
  reasoningBack: ['none', 'reasoning_content', 'reasoning', 'reasoning_details', 'content'],
  /** The field for the most tokens of an answer (M7). */
  maxTokens: ['none', 'max_tokens', 'max_completion_tokens'],
} as const;

type Choices = typeof PROFILE_CHOICES;

/** What is absent is chosen by what was learned of the server, and by the table of those that are known. */
export type OwnProfile = { [Field in keyof Choices]?: Choices[Field][number] | undefined } & {
  /** Whether a temperature is sent. */
  temperature?: boolean | undefined;
  /** Whether it is shown pictures (W10). */
  images?: boolean | undefined;
};
