/** Which lines of a child's log a person at the terminal should see. */
import type { Role } from './roles.ts';

/** The line to show, or undefined. All of them are in the log file. */
export function lineForTerminal(role: Role, line: string): string | undefined {
  // Both say a great deal about clients that come and go; when one of them ends, that is said elsewhere.
  if (role === 'postgres') return line.includes('PANIC:') ? `${role}: ${line}` : undefined;
  if (role === 'temporal' || line.trim() === '') return undefined;
  const entry = parseEntry(line);
  // Not from the logger: a crash, or a warning of Node's own.
  if (entry === undefined) return `${role}: ${line}`;
  if (entry.level < 40) return undefined;
  return `${role}: ${entry.msg}${entry.reason ? ` (${entry.reason})` : ''}`;
}

function parseEntry(line: string): { level: number; msg: string; reason: string | undefined } | undefined {
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown; err?: { message?: unknown } } | null;
    if (typeof entry !== 'object' || entry === null) return undefined;
    const reason = entry.err?.message;
    return {
      level: typeof entry.level === 'number' ? entry.level : 0,
      msg: String(entry.msg ?? ''),
      reason: typeof reason === 'string' && reason !== entry.msg ? reason : undefined,
    };
  } catch {
    return undefined;
  }
}
