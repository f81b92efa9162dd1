/** The shape that errors have, which is each interface's own. */
import { z } from 'zod';
import { errorBody } from '../../src/protocol/errors.ts';

const openAI = z.strictObject({
  error: z.strictObject({
    message: z.string().min(1),
    type: z.string().min(1),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

/** The shape of what a route answers with where it fails. */
export function errorShapeOf(path: string): z.ZodType {
  return path.startsWith('/v1/') ? openAI : errorBody;
}
