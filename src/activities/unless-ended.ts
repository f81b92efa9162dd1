/** The result of `work`, or a rejection with the signal's reason as soon as it is aborted; the work runs on, unseen. */
export function unlessEnded<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(signal.reason);
    if (signal.aborted) onEnd();
    else signal.addEventListener('abort', onEnd, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd));
  });
}
