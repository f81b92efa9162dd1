/** How many documents one process reads at once: each may take some hundred megabytes. */

const PLACES = 2;

let taken = 0;
const waiting = new Set<() => void>();

/** Does `use` when a place is free, first come first. @throws the signal's reason when it is aborted before that */
export async function withDocumentPlace<T>(signal: AbortSignal, use: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  if (taken >= PLACES) await place(signal);
  else taken += 1;
  try {
    return await use();
  } finally {
    // The place is handed on, never free in between: who comes now must not pass those who wait.
    const [next] = waiting;
    if (next === undefined) taken -= 1;
    else next();
  }
}

function place(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const letIn = () => {
      leave();
      resolve();
    };
    const onAbort = () => {
      leave();
      reject(signal.reason);
    };
    const leave = () => {
      waiting.delete(letIn);
      signal.removeEventListener('abort', onAbort);
    };
    waiting.add(letIn);
    signal.addEventListener('abort', onAbort);
  });
}
