import type { shareEn } from './share-en.ts';

/** 分享链接的中文文案。 */
export const shareZh: typeof shareEn = {
  share: {
    title: '分享',
    lead: '拿到链接的人无需账户即可阅读，并能实时看到进展；任何人都不能修改。',
    what: '分享内容',
    of: { work: '整个项目', paper: '仅论文' },
    shows: {
      work: '可见：对话及代码的输出、除隐藏文件外的全部文件、论文。不可见：排队中的消息、思考过程、设置、费用和你的名字。',
      paper: '可见：当前论文及其图片和参考文献。其他一概不可见。',
    },
    until: '链接失效时间',
    noEnd: '直到你停止分享',
    days: '{count} 天后 | {count} 天后',
    make: '生成链接',
    once: '链接如下。它只显示这一次，请立即复制。',
    copy: '复制',
    copied: '已复制',
    links: '有效的链接',
    endsAt: '{time} 失效',
    end: '停止分享',
  },
  shared: {
    untitled: '论文',
    readOnly: '他人分享的项目，仅供阅读',
    readOnlyPaper: '他人分享的论文，仅供阅读',
    lost: '连接已断开，正在重试…',
    goneShort: '此处没有分享内容',
    gone: '这个链接已失效：分享已停止、已到期，或链接不完整。请向分享者索取新的链接。',
    author: '作者',
    authorSaid: '作者说',
    failed: '这次回答失败了。',
    plan: '计划',
    working: '智能体正在工作…',
    close: '关闭文件',
    notShown: '此类文件不能在这里查看，但可以下载。',
  },
};
