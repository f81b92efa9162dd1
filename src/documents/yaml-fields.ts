/** The fields of a file's first lines (YAML front matter), read as a stranger's. */
import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml';

/** Lists in lists: what anybody says of a paper or a skill has one or two. */
const MOST_DEPTH = 20;

/**
 * What the YAML says, field by field: texts, and lists and fields of them; undefined where it is none. The first fault
 * ends the reading, and nothing stands for another part (no alias), so that it costs no more than its length (SR-H1).
 */
export function yamlFields(yaml: string): Record<string, unknown> | undefined {
  try {
    const read = load(yaml, { schema: FAILSAFE_SCHEMA, maxAliases: 0, maxDepth: MOST_DEPTH });
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}
