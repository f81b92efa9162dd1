/** What the demo says whatever the topic. Each says that it is a demo (F18). */
import type { Language } from './language.ts';

export interface Phrases {
  whatIAm: string;
  /** The steps of its plan: look, compute, write, check. */
  plan: readonly [string, string, string, string];
  steered: string;
  reading: string;
  asking: string;
  delegating: string;
  again: string;
  writing: string;
  repairing: string;
  caught(number: string): string;
  mending(number: string): string;
  /** Behind the summary: how the number that was worked out was mended, or that it was not. */
  mended(number: string, mended: string): string;
  left(number: string): string;
  checkingPaper: string;
  /** What the demo's reviewer says, what it asks for, and how the demo speaks of that (H5). */
  verdicts: { missing: string; there: string };
  limits: { title: string; content: string };
  reviewing: string;
  reviewed: string;
  leftOver(count: number): string;
  noDataFile: string;
  unreadableData: string;
  noNumbers: string;
  conversationSummary: string;
  running: string;
  runFailed(why: string): string;
  checking: string;
  ran(file: string): string;
  gaveUp(why: string): string;
  filesMade: string;
}

export const phrases: Record<Language, Phrases> = {
  en: {
    whatIAm: `I am a **demo model**: a script that shows what PaperAgent does, not an AI. I cannot answer this. Configure a real model in the settings (any OpenAI-compatible endpoint, hosted or local), or try one of these with me:

- Estimate π using the Monte Carlo method and plot the convergence process.
- Study the graphs of trigonometric functions, such as the superposition of sine and cosine waves.
- Upload a CSV or Excel file and write: Analyse the data file that I uploaded.

The code, the figures and the numbers of these demos are real: they come from a run in the sandbox.`,
    plan: ['Read the template and the files', 'Compute in the sandbox', 'Write the paper', 'Check the paper'],
    steered: '(Demo model: I have read your message, but my dialogue is fixed, so I go on with it.)',
    reading: 'Demo model: I read the beginning of the data file to learn its columns.',
    asking: 'Demo model: I have a question before I begin. I wait for your answer, for as long as it takes.',
    delegating: 'Demo model: the code agent gets the computation now.',
    again: 'Demo model: the result holds no numbers that I could use. I ask the code agent once more.',
    writing: "Demo model: I write the sections of the paper now, with the run's numbers.",
    repairing: 'Demo model: some sections could not be written by their name. I add them.',
    caught: (number) =>
      `Demo model: I am told that ${number} stands in no run, message or file. Right: I had worked it out by myself. A script has to compute it.`,
    mending: (number) => `Demo model: the run gave ${number}. I put that into the paper.`,
    mended: (number, mended) =>
      `One number, ${number}, I had worked out by myself: that was noticed as I wrote it, and now a script of its own gives ${mended}. I was told of no other number without a source.`,
    left: (number) =>
      `But one: ${number} in the results I worked out by myself from the table. No run printed it: check it, or take it out.`,
    checkingPaper: 'Demo model: I have the paper checked.',
    verdicts: {
      missing:
        'Verdict: revise\n- The whole paper (demo reviewer, scripted): it does not say how far its result can be trusted. Add a section that names its limits.',
      there:
        'Verdict: accept\n- Demo reviewer (scripted): the limits are named now. A real model would read the paper.',
    },
    limits: {
      title: 'Limits of this work',
      content:
        'All numbers come from one run of one script with a fixed seed: it can be repeated exactly, and says nothing of how much another seed, or another method, would change. No independent check against measurements was made.',
    },
    reviewing: 'Demo model: the reviewer misses a section on limits. I add it.',
    reviewed: 'Demo model: the paper names its limits now, as the reviewer asked.',
    leftOver: (count) =>
      `The check of the paper names ${count} more ${count === 1 ? 'thing' : 'things'} that a real model would repair.`,
    noDataFile:
      'Demo model: I found no CSV or Excel file among the attachments of this Work. Upload one, then ask me again. (A configured real model can also work with other files.)',
    unreadableData:
      'Demo model: I found no columns in the data file. This demo reads tables with a header line, separated by commas, semicolons or tabs, or the first sheet of a workbook. Upload another file, or configure a real model.',
    noNumbers:
      'Demo model: the code agent came back without numbers twice, so I wrote nothing into the paper: it would have been made up. Its last messages say what went wrong; it may be that no sandbox can run here.',
    conversationSummary: 'Summary by the demo model (scripted: it only lists what was asked):',
    running: 'Demo code agent (scripted): I write the script and run it.',
    runFailed: (why) =>
      `Demo code agent: the run failed${why === '' ? '' : ` (${why})`}. I try a simpler version once, with as few libraries as possible.`,
    checking: 'Demo code agent: the run worked. I check that the figures are there.',
    ran: (file) => `Demo code agent (scripted): \`${file}\` ran in the sandbox. This is what it printed:`,
    gaveUp: (why) =>
      `Demo code agent (scripted): both versions of the script failed${why === '' ? '' : ` (${why})`}. There are no numbers and no figures to report.`,
    filesMade: 'Files:',
  },
  zh: {
    whatIAm: `我是**演示模型**：一个展示 PaperAgent 功能的脚本，不是真正的人工智能，无法回答这个问题。请在设置中配置真实模型（任何兼容 OpenAI 接口的服务，云端或本地均可），或者让我演示：

- 用蒙特卡洛方法估计π的值，并绘制收敛过程图
- 研究数学三角函数图像的特性，比如正弦波、余弦波的叠加
- 上传一个 CSV 或 Excel 文件，然后写：分析我上传的数据文件

这些演示中的代码、图和数值都是真实的，来自沙箱中的运行。`,
    plan: ['阅读模板和文件', '在沙箱中计算', '撰写论文', '检查论文'],
    steered: '（演示模型：已读到您的消息，但我的对话是固定的，因此继续进行。）',
    reading: '演示模型：先读取数据文件的开头，了解各列。',
    asking: '演示模型：开始之前有一个问题。我会一直等待您的回答。',
    delegating: '演示模型：现在把计算交给代码智能体。',
    again: '演示模型：结果中没有可用的数值，再请代码智能体运行一次。',
    writing: '演示模型：现在用运行得到的数值撰写论文各节。',
    repairing: '演示模型：有些小节无法按名称写入，改为新增小节。',
    caught: (number) =>
      `演示模型：系统提示 ${number} 不在任何运行、消息或文件中。确实如此：它是我自行推算的，应由程序计算。`,
    mending: (number) => `演示模型：运行给出 ${number}，现在写入论文。`,
    mended: (number, mended) =>
      `有一个数值（${number}）原是我自行推算的：写入时即被指出，现由单独的程序给出 ${mended}。没有其他数值被指出没有来源。`,
    left: (number) =>
      `但有一个例外：结果一节中的 ${number} 是我根据表格自行推算的，没有任何运行输出过它，请核对或删除。`,
    checkingPaper: '演示模型：检查论文。',
    verdicts: {
      missing:
        'Verdict: revise\n- 全文（演示审稿人，按脚本）：没有说明结果在多大程度上可信，请增加一节说明局限。',
      there: 'Verdict: accept\n- 演示审稿人（按脚本）：局限已经说明。真实模型会通读论文。',
    },
    limits: {
      title: '本文的局限',
      content:
        '全部数值来自同一程序、固定随机种子的一次运行：结果可以完全重复，但不能说明换一个种子或换一种方法会带来多大变化，也没有与实测数据进行独立比对。',
    },
    reviewing: '演示模型：审稿人指出缺少对局限的说明，现在补上。',
    reviewed: '演示模型：已按审稿人的意见在论文中说明局限。',
    leftOver: (count) => `论文检查还指出 ${count} 处，真实模型会加以修正。`,
    noDataFile:
      '演示模型：没有在附件中找到 CSV 或 Excel 文件。请先上传，再让我分析。（配置真实模型后也可处理其他文件。）',
    unreadableData:
      '演示模型：没有在数据文件中识别出列。本演示可读取带表头、以逗号、分号或制表符分隔的表格，或工作簿的第一个工作表。请上传其他文件，或配置真实模型。',
    noNumbers:
      '演示模型：代码智能体两次都没有返回数值，因此没有写入论文，否则数值就是编造的。原因见其最后的消息；可能是此处没有可用的沙箱。',
    conversationSummary: '演示模型的摘要（按脚本生成，仅列出提问）：',
    running: '演示代码智能体（按脚本）：编写并运行程序。',
    runFailed: (why) =>
      `演示代码智能体：运行失败${why === '' ? '' : `（${why}）`}。改用尽量少依赖库的简化版本再试一次。`,
    checking: '演示代码智能体：运行成功，检查图是否已生成。',
    ran: (file) => `演示代码智能体（按脚本）：\`${file}\` 已在沙箱中运行，输出如下：`,
    gaveUp: (why) =>
      `演示代码智能体（按脚本）：两个版本的程序都失败了${why === '' ? '' : `（${why}）`}，没有数值和图可以报告。`,
    filesMade: '文件：',
  },
};
