import { expect, test } from '@jest/globals';
import type { TemplateSummary } from '../../../web/src/api/templates.ts';
import { groupTemplates } from '../../../web/src/pages/template-groups.ts';

const template = (id: string, rest: Partial<TemplateSummary>) =>
  ({ id, name: id, language: 'en', own: false, shipped: false, ...rest }) as TemplateSummary;

test('V51: the list begins with one’s own, and of those that ship the ones in the person’s language come first', () => {
  const all = [
    template('other', {}),
    template('en', { shipped: true }),
    template('zh', { shipped: true, language: 'zh' }),
    template('mine', { own: true, language: 'zh' }),
  ];
  const ids = (language: 'en' | 'zh') =>
    groupTemplates(all, language).map(({ name, templates }) => [name, templates.map(({ id }) => id)]);
  expect(ids('zh')).toEqual([
    ['own', ['mine']],
    ['shipped', ['zh', 'en']],
    ['others', ['other']],
  ]);
  expect(ids('en')[1]).toEqual(['shipped', ['en', 'zh']]);
  // A group with nothing in it is none.
  expect(groupTemplates([template('en', { shipped: true })], 'en')).toHaveLength(1);
});
