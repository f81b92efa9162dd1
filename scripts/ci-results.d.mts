interface FileResult {
  name: string;
  status: string;
  assertionResults: { status: string }[];
}
interface Results {
  testResults: FileResult[];
}
export function filesThatSkipped(results: Results): string[];
export function countTests(runs: Results[]): { passed: number; failed: number };
