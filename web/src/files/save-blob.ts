import { visibleText } from '../shell/visible-text.ts';

/**
 * Gives a blob to the browser to save under a name. Its type is taken off: an address that stands in some list of
 * downloads is then never a document of this origin, whatever the file holds.
 */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = visibleText(name);
  link.click();
  URL.revokeObjectURL(url);
}
