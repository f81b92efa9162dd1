/** What a reviewer says of a paper, and whether a Work has one (H5). */
import { z } from 'zod';
import { MAX_ROUNDS, type Review, type ReviewSetting, VERDICTS } from '../domain/reviews.ts';
import { uuid } from './messages.ts';

export const reviewSetting = z
  .object({
    rounds: z
      .number()
      .int()
      .min(0)
      .max(MAX_ROUNDS)
      .meta({ description: 'how often in a turn it may send the paper back; 0: it says what it thinks' }),
  })
  .meta({ id: 'ReviewSetting' }) satisfies z.ZodType<ReviewSetting>;

/** The fields of its event. */
export const reviewed = {
  round: z.number().int().positive(),
  verdict: z.enum(VERDICTS).meta({ description: 'none: nothing that could be read as a verdict was said' }),
  points: z.array(z.string()).meta({ description: 'what is to be done, the most serious first' }),
  sentBack: z.boolean().meta({ description: 'the paper went back to the main agent with it' }),
  messageId: uuid.exactOptional().meta({ description: "the reviewer's message" }),
  paper: z.string().exactOptional().meta({ description: 'sha256 of the paper that was read' }),
  error: z
    .object({ code: z.string(), message: z.string() })
    .exactOptional()
    .meta({ description: 'why there is no verdict' }),
};

export const review = z
  .object({ turn: z.number().int().positive(), ...reviewed })
  .meta({ id: 'Review' }) satisfies z.ZodType<Review>;

export const reviewPage = z.object({
  items: z.array(review).meta({ description: 'the newest first' }),
  nextCursor: z.number().int().optional(),
});
