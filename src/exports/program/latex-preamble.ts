/** What LaTeX is told before the text: pages, code, a contest's summary sheet. */
import type { Parts } from './parts.ts';
import { type Node, nodesOf } from './walk.ts';

/** Columns of code that fit on a line; a Chinese character takes two. */
const CODE_COLUMNS = 84;

/** Chinese in formulas, which else comes from the font of formulas, that has none. */
const CHINESE_IN_FORMULAS = String.raw`\xeCJKsetup{CJKmath=true}`;

/** Numbers in circles and the like are Chinese characters to xeCJK, not letters of the Latin font. */
const CHINESE = String.raw`${CHINESE_IN_FORMULAS}
\xeCJKDeclareCharClass{CJK}{"2460 -> "24FF, "2160 -> "217F, "2103, "2200 -> "2209, "2220 -> "22FF}
\ctexset{section={format=\Large\heiti\raggedright}, subsection={format=\large\heiti}, subsubsection={format=\normalsize\heiti}}
\usepackage{caption}\captionsetup{labelsep=quad}
\AtBeginDocument{\pagestyle{plain}}`;

/** Chinese words in a paper that is not. */
const SOME_CHINESE = String.raw`\usepackage[scheme=plain]{ctex}
${CHINESE_IN_FORMULAS}`;

/**
 * A table over pages forgets the room that pictures at the top of its page have taken, and a picture below it would run
 * off the page: it is told again, unless the table ended on another page.
 */
const ROOM_BELOW_TABLES = String.raw`\makeatletter
\gdef\tablepage{-1}
\patchcmd\LT@start{\global\@colroom\@colht}{\xdef\tablepage{\the\c@page}\xdef\roomattable{\the\@colroom}\global\@colroom\@colht}{}{}
\AfterEndEnvironment{longtable}{\ifnum\c@page=\tablepage\relax\global\@colroom\roomattable\relax\fi}
\makeatother`;

/** pandoc brings the packages along where a paper has tables. */
const TABLES = String.raw`\usepackage{etoolbox,longtable}
\newcommand{\tabletype}{\small}
\AtBeginEnvironment{longtable}{\tabletype\setlength{\tabcolsep}{4pt}}
\setlength{\LTcapwidth}{\textwidth}
\newcommand{\tableroom}[1]{\par\ifdim\dimexpr\pagegoal-\pagetotal\relax<#1\newpage\fi}`;

/** Pages that lie across. */
const ACROSS = String.raw`\usepackage{pdflscape}`;

const CODE = String.raw`\makeatletter\def\verbatim@font{\footnotesize\ttfamily}\makeatother`;

export function preambleOf({ job, paper: { language, facts }, body }: Parts): string {
  const { front, checks } = job.style;
  const isReport = front === 'page' && checks.abstractPage !== true;
  return [
    CODE,
    TABLES,
    ROOM_BELOW_TABLES,
    ...(hasPagesAcross(body) ? [ACROSS] : []),
    ...(language === 'en' && /[\u2e80-\u9fff\uff00-\uffef]/.test(job.source) ? [SOME_CHINESE] : []),
    ...(language === 'zh' ? [CHINESE] : []),
    ...(front === 'page' && !isReport && language === 'zh' ? [ABSTRACT_PAGE] : []),
    ...(isReport ? [RUNNING_TITLE] : []),
    ...(front === 'sheet' ? [sheetOf(facts)] : []),
  ].join('\n');
}

function hasPagesAcross(body: Parts['body']): boolean {
  for (const { t, c } of nodesOf(body))
    if (t === 'RawBlock' && String((c as string[])[1]).includes('\\begin{landscape}')) return true;
  return false;
}

/** The title is forgotten once it is printed. */
const RUNNING_TITLE = String.raw`\usepackage{fancyhdr}
\makeatletter\AtBeginDocument{\let\runningtitle\@title\pagestyle{fancy}}\makeatother
\fancyhf{}
\fancyhead[L]{\parbox[b]{\textwidth}{\small\raggedright\runningtitle}}
\fancyfoot[C]{\thepage}
\setlength{\headheight}{28pt}`;

const ABSTRACT_PAGE = String.raw`\ctexset{section={format=\large\heiti\centering}}
\renewenvironment{abstract}{\begin{center}\large\heiti 摘\quad 要\end{center}\par}{\par}
\makeatletter
\renewcommand{\maketitle}{\begin{center}{\Large\heiti\@title\par}\ifx\@author\@empty\else\vspace{0.6em}{\@author\par}\fi\end{center}\thispagestyle{plain}}
\makeatother`;

function sheetOf({ team = '', problem = '', year = '' }: Parts['paper']['facts']): string {
  const [shownTeam, shownProblem, shownYear] = [team, problem, year].map(plain);
  return String.raw`\usepackage{fancyhdr}
\pagestyle{fancy}
\fancyhf{}
\lhead{Team \# ${shownTeam}}
\rhead{Page \thepage\ of \pageref{page:last}}
\setlength{\headheight}{15pt}
\AtEndDocument{\label{page:last}}
\renewenvironment{abstract}{\begin{center}\textbf{Summary}\end{center}\par\noindent\ignorespaces}{\par}
\makeatletter
\renewcommand{\maketitle}{\thispagestyle{empty}\noindent
\begin{minipage}[c]{0.3\textwidth}\centering\textbf{Problem Chosen}\\[2pt]{\LARGE\textbf{${shownProblem}}}\end{minipage}\hfill
\begin{minipage}[c]{0.34\textwidth}\centering\textbf{${shownYear}\\MCM/ICM\\Summary Sheet}\end{minipage}\hfill
\begin{minipage}[c]{0.3\textwidth}\centering\textbf{Team Control Number}\\[2pt]{\LARGE\textbf{${shownTeam}}}\end{minipage}
\par\noindent\rule{\textwidth}{0.8pt}\begin{center}{\Large\textbf{\@title}\par}\end{center}}
\makeatother`;
}

/** Letters, digits and blanks: the rest might mean something to TeX. */
function plain(text: string): string {
  return text.replace(/[^\p{L}\p{N} .-]/gu, '').slice(0, 40);
}

/** TeX breaks no line of code: one that is too long is broken where it has a blank, and goes on further to the right. */
export function wrappedCode(code: string): string {
  return code.split('\n').flatMap(wrappedLine).join('\n');
}

function wrappedLine(line: string): string[] {
  const indent = `${/^ */.exec(line)?.[0].slice(0, CODE_COLUMNS / 3) ?? ''}    `;
  const made: string[] = [];
  let rest = line;
  while (columnsOf(rest) > CODE_COLUMNS) {
    const cut = cutOf(rest, indent.length);
    made.push(rest.slice(0, cut).trimEnd());
    rest = indent + rest.slice(cut).trimStart();
  }
  return [...made, rest];
}

function cutOf(line: string, least: number): number {
  let columns = 0;
  let fits = 0;
  for (const char of line) {
    columns += char > '\u2e80' ? 2 : 1;
    if (columns > CODE_COLUMNS) break;
    fits += char.length;
  }
  const blank = line.lastIndexOf(' ', fits);
  return blank > least + 8 ? blank + 1 : Math.max(fits, least + 8);
}

function columnsOf(text: string): number {
  let columns = 0;
  for (const char of text) columns += char > '\u2e80' ? 2 : 1;
  return columns;
}

/** A word of code that TeX would let run off the page. */
const LONG_WORD = /\S{31,}/;

/** Code in a line of text, which may go on in the next line behind its marks where it has no blanks. */
export function breakableCode(attributes: unknown, code: string): Node[] {
  const pieces = LONG_WORD.test(code) ? code.split(/(?<=[/._,;&})\]])(?=\S)/) : [code];
  return pieces.flatMap((piece, index): Node[] => [
    ...(index === 0 ? [] : [{ t: 'RawInline', c: ['latex', '\\allowbreak{}'] }]),
    { t: 'Code', c: [attributes, piece] },
  ]);
}
