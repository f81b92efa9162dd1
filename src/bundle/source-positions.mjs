/**
 * Errors of bundled code name the sources' files and lines. The maps are read when the first stack is: Node's own
 * --enable-source-maps reads all of them as the code is loaded, which makes a start a quarter longer.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** @param {string} folder whose files have maps beside them */
export function showSources(folder) {
  const prefix = pathToFileURL(`${folder}/`).href;
  const maps = new Map();

  function mapOf(url) {
    if (!maps.has(url)) {
      const file = `${fileURLToPath(url)}.map`;
      maps.set(url, new SourceMap(JSON.parse(readFileSync(file, 'utf8'))));
    }
    return maps.get(url);
  }

  /** `at name (file:line:column)`, with the source's where the frame lies in the bundle. */
  function lineOf(frame) {
    const line = String(frame);
    const url = frame.getFileName();
    if (!url?.startsWith(prefix)) return line;
    try {
      const at = mapOf(url).findOrigin(frame.getLineNumber(), frame.getColumnNumber());
      if (at.fileName === undefined) return line;
      const source = fileURLToPath(new URL(at.fileName, url));
      return line.replace(/file:\/\/[^)]*:\d+:\d+/, () => `${source}:${at.lineNumber}:${at.columnNumber}`);
    } catch {
      // A map that is gone with its bundle: an error is still one, at the place that Node knows.
      return line;
    }
  }

  Error.prepareStackTrace = (error, frames) =>
    [headline(error), ...frames.map((frame) => `    at ${lineOf(frame)}`)].join('\n');
}

/** As V8 begins a stack. */
function headline(error) {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}
