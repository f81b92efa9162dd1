/** Folders that every workspace begins with (F10). */
export const FOLDERS = ['attachments', 'code', 'images'];
