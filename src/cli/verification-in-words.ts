/** What a verification found, a line each: runs, figures, numbers that are not the same, and how many there are. */
import { isSame, type VerifyReport, type VerifyResult } from '../domain/verification/types.ts';

const WORDS: Record<VerifyResult, string> = {
  same_bytes: 'the same bytes',
  same_value: 'the same values',
  looks_same: 'looks the same',
  differs: 'DIFFERS',
  missing: 'MISSING',
  not_run: 'NOT RUN',
};

export function verificationInWords({ runs, figures, numbers }: VerifyReport): string[] {
  const found = (result: VerifyResult, note?: string) =>
    note === undefined ? WORDS[result] : `${WORDS[result]}: ${note}`;
  return [
    ...runs.flatMap(({ number, script, result, note, files }) => [
      `run ${number}  ${script}  ${found(result, note)}`,
      ...files.map((file) => `    ${file.path}  ${found(file.result, file.note)}`),
    ]),
    ...figures.map((figure) => `figure  ${figure.path}  ${found(figure.result, figure.note)}`),
    ...numbers
      .filter(({ result }) => !isSame(result))
      .map(({ text, run, fact, result }) => `number  ${text} (${fact} of run ${run})  ${WORDS[result]}`),
    `${counted(runs, 'runs')}, ${counted(figures, 'figures')}, ${counted(numbers, 'numbers')} are the same`,
  ];
}

function counted(all: readonly { result: VerifyResult }[], what: string): string {
  return `${all.filter(({ result }) => isSame(result)).length} of ${all.length} ${what}`;
}
