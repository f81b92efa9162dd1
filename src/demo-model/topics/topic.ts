/** What one demo dialogue knows: its words in both languages and its Python. */
import { readFileSync } from 'node:fs';
import type { Language } from '../language.ts';
import type { Measurements } from '../measurements.ts';
import type { TopicRole } from '../roles.ts';

/** The text of a paper, by what its sections are for. Numbers come from the measurements only. */
export interface Paper {
  title: string;
  sections: Record<TopicRole, string>;
}

export interface PythonFile {
  /** Its name under code/. */
  filename: string;
  code: string;
}

export interface DialogueTexts {
  /** What the demo is about to do, in a sentence or two. */
  plan: string;
  /** The last message of the turn. */
  summary(m: Measurements): string;
  paper(m: Measurements): Paper;
}

/** A number that the demo first works out by itself, to show how that is caught, and mended by a run (T11). */
export interface WorkedOut {
  /** As the demo works it out from what the run printed; undefined where that is missing. */
  guess(m: Measurements): string | undefined;
  /** The name by which the script that mends it prints it. */
  key: string;
  task(language: Language): string;
  script: PythonFile;
}

export interface Topic {
  id: 'pi' | 'waves' | 'data';
  texts: Record<Language, DialogueTexts>;
  /** What a person is asked before the computation, where they want to be (H1). */
  question?: Record<Language, Question>;
  /** The code agent's task. `data` is the file to analyse, with its columns; `answer` a person's to the question. */
  task(language: Language, given: { data?: DataFile | undefined; answer?: string | undefined }): string;
  /** What the code agent runs first, and what it tries once if that fails. `task` names the data file. */
  scripts(language: Language, task: string): { first: PythonFile; repair: PythonFile };
  /** The value without which a run counts as failed. */
  proof: string;
  workedOut?: WorkedOut;
}

/** What ask_person takes. */
export interface Question {
  question: string;
  options: string[];
  default: string;
}

export interface DataFile {
  path: string;
  columns: string[];
}

/** A script of the python folder, with the values of its constants replaced. */
export function pythonFile(filename: string, constants: Record<string, string | number> = {}): PythonFile {
  let code = readFileSync(new URL(`../python/${filename}`, import.meta.url), 'utf8');
  for (const [name, value] of Object.entries(constants)) {
    // A replacement function: a `$` in a file's name means nothing.
    code = code.replace(new RegExp(`^${name} = .*$`, 'm'), () => `${name} = ${JSON.stringify(value)}`);
  }
  return { filename, code };
}
