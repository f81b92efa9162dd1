/** A template's file: `key: value` lines between two lines of `---`, then the text that Works start from (F11). */

export interface TemplateDocument {
  fields: Record<string, string>;
  content: string;
}

export function readTemplateDocument(text: string): TemplateDocument {
  const [whole = '', lines = ''] = /^---\n(.*?)\n---\n/s.exec(text) ?? [];
  const fields = lines.split('\n').map((line) => line.split(/:\s+(.*)/s, 2));
  return { fields: Object.fromEntries(fields), content: text.slice(whole.length) };
}

export function writeTemplateDocument({ fields, content }: TemplateDocument): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value.replace(/\s+/g, ' ')}`);
  return `---\n${lines.join('\n')}\n---\n${content}`;
}
