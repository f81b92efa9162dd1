/** CodeMirror's own sentences in the person's language, by the English ones that it asks for. */
export function editorPhrases(t: (key: string) => string): Record<string, string> {
  return {
    Find: t('editor.find'),
    Replace: t('editor.replace'),
    next: t('editor.next'),
    previous: t('editor.previous'),
    all: t('editor.all'),
    'match case': t('editor.matchCase'),
    regexp: t('editor.regexp'),
    'by word': t('editor.byWord'),
    replace: t('editor.replace'),
    'replace all': t('editor.replaceAll'),
    close: t('editor.close'),
    '$ unchanged lines': t('editor.unchanged'),
  };
}
