import type { TemplateSummary } from '../api/templates.ts';

export interface TemplateGroup {
  name: 'own' | 'shipped' | 'others';
  templates: TemplateSummary[];
}

/** One's own first, so that the list opens on something of the person's (V51), then what ships in the person's language before the other, then what others share. */
export function groupTemplates(all: readonly TemplateSummary[], language: 'en' | 'zh'): TemplateGroup[] {
  const shipped = all.filter((template) => template.shipped);
  const groups: TemplateGroup[] = [
    { name: 'own', templates: all.filter((template) => template.own) },
    {
      name: 'shipped',
      templates: [
        ...shipped.filter((template) => template.language === language),
        ...shipped.filter((template) => template.language !== language),
      ],
    },
    { name: 'others', templates: all.filter((template) => !template.own && !template.shipped) },
  ];
  return groups.filter(({ templates }) => templates.length > 0);
}
