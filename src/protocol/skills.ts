/** REST bodies of the skills that a person keeps (I7). */
import { z } from 'zod';
import { isoTime, uuid } from './messages.ts';

export const skill = z
  .object({
    id: uuid,
    name: z.string(),
    description: z.string(),
    bytes: z.int().meta({ description: 'of its files together' }),
    createdAt: isoTime,
  })
  .meta({ id: 'Skill' });

export const skills = z.object({ items: z.array(skill) }).meta({ id: 'Skills' });

export const keptSkills = z
  .object({
    items: z.array(skill),
    leftOut: z
      .array(z.object({ folder: z.string(), problem: z.string() }))
      .meta({ description: 'folders that are no skills here, and why' }),
  })
  .meta({ id: 'KeptSkills' });
