/** Skills that a person keeps for all their Works (I7): by the person, never by a key. */
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { takeRate } from '../../db/rates.ts';
import {
  keepSkills,
  listSkills,
  MOST_SKILLS_BYTES,
  removeSkill,
  type SkillRefusal,
  type SkillRow,
} from '../../db/skills.ts';
import { findUser } from '../../db/users.ts';
import { BadArchive } from '../../documents/zip.ts';
import { MOST_SKILLS } from '../../domain/skills.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import * as shapes from '../../protocol/skills.ts';
import { readPack } from '../../skills/pack.ts';
import { ApiError, notFound, rateLimited } from '../api-error.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { requirePerson } from '../middleware/require-user.ts';
import { bearer, errors, idParams, json } from '../route-parts.ts';
import { createRouter, type Router } from '../router.ts';

/** Each is unpacked in memory. */
const PACKS_PER_MINUTE = 10;

const REFUSALS: Record<SkillRefusal, [ErrorCode, string]> = {
  full: ['quota_exceeded', `There may be ${MOST_SKILLS} skills. Take some away that are no longer used.`],
  large: [
    'quota_exceeded',
    `Your skills may have ${MOST_SKILLS_BYTES / 1024 ** 2} MiB together. Take some away that are no longer used.`,
  ],
  guest: ['forbidden', 'Create an account to keep skills. In a project, put them into its folder skills/.'],
  gone: ['unauthorized', 'This account is no more.'],
};

const tags = ['skills'];
const bytes = z.string().meta({ format: 'binary' });

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  security: bearer,
  responses: { 200: json(shapes.skills, 'yours, by name'), ...errors(401, 403) },
});
const add = createRoute({
  method: 'post',
  path: '/',
  tags,
  security: bearer,
  description:
    'Keeps the skills of a zip, or of one SKILL.md. One takes the place of another that has its name; Works that have read ' +
    'that one keep it.',
  request: {
    body: { content: { 'application/zip': { schema: bytes }, 'text/markdown': { schema: bytes } } },
  },
  responses: { 201: json(shapes.keptSkills, 'what is kept'), ...errors(400, 401, 403, 413, 429) },
});
const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  security: bearer,
  request: { params: idParams },
  responses: {
    204: { description: 'taken away; Works that have read it keep it' },
    ...errors(401, 403, 404),
  },
});

export function skillRoutes({ db }: ApiDependencies): Router {
  const app = createRouter();
  app.use(requirePerson);

  app.openapi(list, async (c) =>
    c.json({ items: (await listSkills(db, c.get('identity').userId)).map(shown) }, 200),
  );

  app.openapi(add, async (c) => {
    const ownerId = c.get('identity').userId;
    const wait = await takeRate(db, `skills:${ownerId}`, PACKS_PER_MINUTE);
    if (wait > 0) throw rateLimited(wait, 'skills');
    // Before anything is read.
    if ((await findUser(db, ownerId))?.guest) throw new ApiError(...REFUSALS.guest);
    const { skills, leftOut } = await readPack(Buffer.from(await c.req.arrayBuffer())).catch(
      (error: unknown) => {
        if (!(error instanceof BadArchive)) throw error;
        throw new ApiError('bad_request', `This cannot be read as skills, for ${error.message}.`);
      },
    );
    if (skills.length === 0 && leftOut[0] !== undefined)
      throw new ApiError('bad_request', `${leftOut[0].folder || 'SKILL.md'}: ${leftOut[0].problem}`);
    const kept = await keepSkills(db, ownerId, skills);
    if (typeof kept === 'string') throw new ApiError(...REFUSALS[kept]);
    return c.json({ items: kept.map(shown), leftOut }, 201);
  });

  app.openapi(remove, async (c) => {
    const own = { id: c.req.valid('param').id, ownerId: c.get('identity').userId };
    if (!(await removeSkill(db, own))) throw notFound('skill');
    return c.body(null, 204);
  });

  return app;
}

function shown({ createdAt, ...skill }: SkillRow) {
  return { ...skill, createdAt: createdAt.toISOString() };
}
