interface FileResult {
  name: string;
  status: string;
  /** Of the file's run, in milliseconds since 1970. */
  startTime: number;
  endTime: number;
  assertionResults: { status: string }[];
}
interface Results {
  testResults: FileResult[];
}
export function filesThatSkipped(results: Results): string[];
export function countTests(runs: Results[]): { passed: number; failed: number };
export function secondsOfFiles(runs: Results[]): Record<string, number>;
