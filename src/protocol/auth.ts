/** REST bodies of accounts and sessions (A1). */
import { z } from 'zod';
import * as limits from './limits.ts';
import { isoTime, uuid } from './messages.ts';

export const email = z.string().trim().toLowerCase().max(limits.MAX_EMAIL_CHARACTERS).pipe(z.email());

const LENGTH = limits.PASSWORD_LENGTH;
const WRONG_LENGTH = `must have ${LENGTH.least} to ${LENGTH.most} characters`;
/** Counted by code points. */
export const password = z
  .string()
  .max(limits.MAX_PASSWORD_CHARACTERS, WRONG_LENGTH)
  .refine((text) => {
    const { length } = [...text.slice(0, limits.MAX_PASSWORD_CHARACTERS)];
    return length >= LENGTH.least && length <= LENGTH.most;
  }, WRONG_LENGTH);

export const registration = z.object({
  email,
  password,
  name: z.string().trim().max(limits.MAX_PERSON_NAME_CHARACTERS).optional(),
  invitation: z
    .string()
    .trim()
    .max(limits.MAX_INVITATION_CHARACTERS)
    .optional()
    .meta({ description: 'where accounts are by invitation' }),
});

/** Who may come in, and what a guest may; an operator's choice. */
export const admission = z
  .object({
    registration: z.enum(['open', 'invitation', 'closed']),
    guests: z.boolean().meta({ description: 'whether one may come in without an account' }),
    guestModels: z.boolean().meta({ description: 'whether guests may name model servers of their own' }),
  })
  .meta({ id: 'Admission' });
export type Admission = z.infer<typeof admission>;

/** What the page is told before anybody is signed in. */
export const authOptions = admission
  .extend({
    provider: z
      .object({ name: z.string(), registration: admission.shape.registration })
      .nullable()
      .meta({ description: 'by whom one may sign in besides a password, and whether somebody new may' }),
    guestDays: z.number().int().nonnegative().meta({
      description: 'days for which what a guest has is kept after their last visit; 0: for ever',
    }),
  })
  .meta({ id: 'AuthOptions' });
export type AuthOptions = z.infer<typeof authOptions>;

/** What is compared, not chosen: a wrong shape is a wrong password, never a hint. */
export const credentials = z.object({
  email: z.string().max(1_000),
  password: z.string().max(limits.MAX_PASSWORD_CHARACTERS),
});

export const passwordChange = z.object({
  currentPassword: z.string().max(limits.MAX_PASSWORD_CHARACTERS),
  newPassword: password,
});
export const accountDeletion = z.object({
  password: z.string().max(limits.MAX_PASSWORD_CHARACTERS).optional(),
});

export const refreshBody = z.object({
  refreshToken: z.string().min(1).max(limits.MAX_REFRESH_TOKEN_CHARACTERS),
});
export const logoutBody = z.object({
  refreshToken: z.string().max(limits.MAX_REFRESH_TOKEN_CHARACTERS).optional(),
});

export const user = z
  .object({
    id: uuid,
    email: z.string().nullable(),
    name: z.string(),
    guest: z.boolean(),
    createdAt: isoTime,
    password: z.boolean().meta({ description: 'whether a password opens the account' }),
    provider: z.boolean().meta({ description: 'whether the operator’s provider of sign-ins does' }),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

export const session = z
  .object({
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.number().int().meta({ description: 'seconds until the access token expires' }),
    user,
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;

const fromProvider = z.string().max(limits.MAX_PROVIDER_ANSWER_CHARACTERS);
/** Where the browser goes to sign in, and what it keeps for its way back. */
export const providerSignIn = z.object({ url: z.string(), secret: z.string() });
/** What the provider sent back, with what the browser kept. */
export const providerAnswer = z.object({
  secret: z.string().max(limits.MAX_REFRESH_TOKEN_CHARACTERS),
  state: fromProvider,
  code: fromProvider.optional(),
  iss: fromProvider.optional(),
  error: fromProvider.optional(),
  invitation: registration.shape.invitation,
  connect: z
    .boolean()
    .optional()
    .meta({ description: 'with an account’s access token: it may be signed in to so from now on' }),
});

export const ticket = z.object({ ticket: z.string(), expiresIn: z.number().int() });
