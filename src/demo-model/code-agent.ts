/** The demo's next move as the code agent: run, look at the figures, report; one simpler repair when a run fails. */
import { type Language, languageOf } from './language.ts';
import { type Measurements, readMeasurements } from './measurements.ts';
import { answer, type Move } from './move.ts';
import { phrases } from './phrases.ts';
import { topicOf } from './topic-of.ts';
import type { PythonFile, Topic } from './topics/topic.ts';
import { hasFailed, type MadeCall, type Turn } from './turn.ts';

export function codeMove({ prompts, calls }: Turn): Move {
  const task = prompts[0] ?? '';
  const topic = topicOf(task);
  const language = languageOf(task);
  const say = phrases[language];
  if (topic === undefined) return answer(say.whatIAm);
  const { first, repair, proof } = jobOf(topic, language, task);

  const runs = calls.filter((call) => call.name === 'run_python');
  const lastRun = runs.at(-1);
  if (lastRun === undefined) return { text: say.running, calls: [run(first)] };

  const measurements = readMeasurements(lastRun.result, language);
  if (!measurements.has(proof)) {
    const why = reasonOf(lastRun);
    return repair === undefined || runs.length > 1
      ? answer(say.gaveUp(why))
      : { text: say.runFailed(why), calls: [run(repair)] };
  }

  const looks = calls.slice(calls.indexOf(lastRun) + 1).filter((call) => call.name === 'read_file');
  if (looks.length === 0 && measurements.images.length > 0) {
    const read = (path: string) => ({ name: 'read_file', arguments: { path, offset: null, limit: null } });
    return { text: say.checking, calls: measurements.images.map(read) };
  }
  const file = `code/${String(lastRun.arguments.filename)}`;
  return answer(`${say.ran(file)}\n\n${report(measurements, file, looks, say.filesMade)}`);
}

/** What to run, what to try once where that fails, and the value without which it has failed. */
function jobOf(
  { scripts, proof, workedOut }: Topic,
  language: Language,
  task: string,
): { first: PythonFile; repair?: PythonFile; proof: string } {
  if (workedOut !== undefined && task.trim() === workedOut.task(language))
    return { first: workedOut.script, proof: workedOut.key };
  return { ...scripts(language, task), proof };
}

function run({ filename, code }: PythonFile): Move['calls'][number] {
  return { name: 'run_python', arguments: { code, filename, timeoutSeconds: 120 } };
}

/** The printed numbers word for word, and the files; a figure that could not be read is not listed as made. */
function report(m: Measurements, file: string, looks: MadeCall[], heading: string): string {
  const unreadable = looks.filter(hasFailed).map((look) => look.arguments.path);
  const figures = m.images.filter((image) => !unreadable.includes(image));
  const lines = m.lines.filter((line) => !unreadable.some((path) => line === `figure=${path}`));
  const files = [file, ...figures].map((path) => `- ${path}`);
  return ['```text', ...lines, '```', '', heading, '', ...files].join('\n');
}

/** The line that says most about a failure: Python's last exception line, or how the run ended. */
function reasonOf({ result }: MadeCall): string {
  const lines = result.split('\n').map((line) => line.trim());
  const exception = lines.findLast((line) => /^[\w.]*(?:Error|Exception|Interrupt)\b/.test(line));
  const ending = lines.find((line) =>
    /timed out|out of memory|output limit|disk limit|\blost\b|exited with/i.test(line),
  );
  return (exception ?? ending ?? '').slice(0, 200);
}
