/** What `work` gives, or the signal's reason at once: the work is left behind, and goes on without anybody. */
export function unlessEnded<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onEnd = () => reject(signal.reason);
    if (signal.aborted) onEnd();
    else signal.addEventListener('abort', onEnd, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd));
  });
}
