/** REST bodies of shared links (H8, P24). */
import { z } from 'zod';
import { SHARED } from '../domain/shares.ts';
import { turnEnd } from './events.ts';
import { workStatus } from './frames.ts';
import { MAX_SHARE_TOKEN_CHARACTERS } from './limits.ts';
import { isoTime, message, uuid } from './messages.ts';
import { plan } from './plans.ts';
import { page } from './works.ts';

export const shared = z.enum(SHARED);

export const newShare = z.object({
  what: shared.meta({
    description: 'work: conversation, files and paper; paper: the paper with its figures alone',
  }),
  expiresAt: z.iso
    .datetime({ offset: true })
    .nullish()
    .meta({ description: 'when it ends by itself; absent or null: when it is deleted' }),
});

export const share = z
  .object({
    id: uuid,
    what: shared,
    hint: z.string().meta({ description: 'the last four characters of its address' }),
    createdAt: isoTime,
    expiresAt: isoTime.nullable(),
  })
  .meta({ id: 'Share' });

export const madeShare = share
  .extend({ url: z.string().meta({ description: 'told this once; only a hash of it is kept' }) })
  .meta({ id: 'MadeShare' });

export const shares = z.object({ items: z.array(share) }).meta({ id: 'Shares' });

/** What came with the link; nearly right ones lead nowhere. */
export const shareToken = z
  .string()
  .max(MAX_SHARE_TOKEN_CHARACTERS)
  .meta({ param: { name: 'token', in: 'path' }, description: 'the end of the address of a shared page' });

export const sharedMessagesQuery = page.extend({ cursor: z.coerce.number().int().nonnegative().optional() });

const conversation = z.object({
  seq: z.number().int().nonnegative(),
  status: workStatus,
  messages: z.array(message).meta({ description: 'oldest first; older ones from cursor' }),
  outcomes: z.array(turnEnd),
  cursor: z.number().int().exactOptional(),
  running: message.exactOptional(),
  plan: plan.exactOptional(),
});

export const sharedPage = z
  .object({
    what: shared,
    title: z.string(),
    expiresAt: isoTime.nullable(),
    paper: z.string().meta({ description: 'which of the files is the paper' }),
    conversation: conversation.exactOptional().meta({ description: 'of a Work that is shared as a whole' }),
  })
  .meta({ id: 'SharedPage' });
