/** A process as it was noted down: its id and when it started. */
export interface NotedProcess {
  pid: number;
  startTime: string;
}
export function startTimeOf(pid: number): string | undefined;
export function commandLineOf(pid: number): string;
export function isAlive(noted: NotedProcess): boolean;
export function thisProcess(): NotedProcess;
export function takeLock(
  file: string,
): { taken: true; release: () => void } | { taken: false; holder: NotedProcess };
