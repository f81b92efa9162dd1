/** What a notification says below the project's title, in both languages. */

const en = { ended: 'The agent has finished.', asks: 'The agent asks you something.' };
const zh: typeof en = { ended: '智能体已完成。', asks: '智能体有问题问你。' };

export function wordsIn(language: string): typeof en {
  return language.startsWith('zh') ? zh : en;
}
