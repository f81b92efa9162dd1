import { apiError, Unreachable } from './api-error.ts';
import type { UploadWatch } from './http.ts';

/**
 * Posts a form and tells how far it is, which `fetch` cannot; resolves to the answer's JSON.
 * @throws ApiError, Unreachable; the signal's reason when it was aborted
 */
export function postForm<T>(
  path: string,
  form: FormData,
  watch: UploadWatch & { token: string },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const { signal } = watch;
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const settle = (end: () => void) => () => {
      signal.removeEventListener('abort', abort);
      end();
    };
    request.open('POST', path);
    request.setRequestHeader('authorization', `Bearer ${watch.token}`);
    request.setRequestHeader('accept', 'application/json');
    request.upload.onprogress = (event) => watch.progress(event.loaded);
    request.onload = settle(() => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else reject(apiError(request.status, request.responseText, request.getResponseHeader('Retry-After')));
    });
    request.onerror = settle(() => reject(new Unreachable('the server cannot be reached')));
    request.onabort = settle(() => reject(signal.reason));
    signal.addEventListener('abort', abort);
    request.send(form);
  });
}
