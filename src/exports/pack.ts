/**
 * What a contest is sent (O8): the paper, the report on the use of AI, and the supporting files under the names and the
 * size that it prescribes. The names of people are nowhere in the names that are made here.
 */
import type { Style } from './style.ts';

export interface PackFile {
  path: string;
  size: number;
}

export interface PackPlan {
  /** From the workspace's path to the path in the pack. */
  files: { from: string; to: string }[];
  leftOut: { path: string; why: 'too_large' | 'no_room' | 'identity' }[];
}

/** Folders and endings that belong to it; what a contest has no use for (the conversation, caches) does not. */
const CODE = /\.(?:py|ipynb|m|r|jl|c|cpp|java|js|ts|sh|sql|lp|mod)$/i;
const SKIPPED = /(?:^|\/)(?:\.[^/]*|__pycache__|node_modules|chat_history)(?:\/|$)|\.pyc$/i;
/** CUMCM's results, as its problems name them: `result1.xlsx`, `result2_1.xlsx`. */
const RESULT = /(?:^|\/)(result[\w-]*\.(?:xlsx|xls|csv))$/i;

const FOLDERS = {
  en: { code: 'code', data: 'data', figures: 'figures', results: 'results' },
  zh: { code: '源程序', data: '数据', figures: '图', results: '' },
} as const;

/**
 * @param room bytes that are left for them
 * @param identities words that no name may hold
 */
export function planPack(
  files: readonly PackFile[],
  { language, room, identities }: { language: 'en' | 'zh'; room: number; identities: readonly string[] },
): PackPlan {
  const plan: PackPlan = { files: [], leftOut: [] };
  const taken = new Set<string>();
  let left = room;
  for (const { file, folder } of inOrder(files, language)) {
    const name = file.path.split('/').at(-1) ?? file.path;
    if (identities.some((word) => word.length > 1 && file.path.includes(word))) {
      plan.leftOut.push({ path: file.path, why: 'identity' });
      continue;
    }
    if (file.size > left) {
      plan.leftOut.push({ path: file.path, why: file.size > room ? 'too_large' : 'no_room' });
      continue;
    }
    left -= file.size;
    plan.files.push({ from: file.path, to: freeName(folder, name, taken) });
  }
  return plan;
}

interface Placed {
  file: PackFile;
  folder: string;
  rank: number;
}

/** Results and code first: they are what may not be missing. */
function inOrder(files: readonly PackFile[], language: 'en' | 'zh'): Placed[] {
  const folders = FOLDERS[language];
  const kinds = files.flatMap((file): Placed[] => {
    const { path } = file;
    if (SKIPPED.test(path)) return [];
    if (RESULT.test(path)) return [{ file, folder: folders.results, rank: 0 }];
    if (CODE.test(path)) return [{ file, folder: folders.code, rank: 1 }];
    if (/^data\//.test(path)) return [{ file, folder: folders.data, rank: 2 }];
    if (/^images\/|\.(?:png|jpe?g|svg)$/i.test(path)) return [{ file, folder: folders.figures, rank: 3 }];
    if (/\.(?:csv|tsv|xlsx?|json|txt|mat|npz|parquet)$/i.test(path))
      return [{ file, folder: folders.data, rank: 2 }];
    return [];
  });
  return kinds.sort((a, b) => a.rank - b.rank || a.file.path.localeCompare(b.file.path));
}

function freeName(folder: string, name: string, taken: Set<string>): string {
  const [, stem = name, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(name) ?? [];
  let made = folder === '' ? name : `${folder}/${name}`;
  for (let more = 2; taken.has(made.toLowerCase()); more += 1)
    made = `${folder === '' ? '' : `${folder}/`}${stem}-${more}${ending}`;
  taken.add(made.toLowerCase());
  return made;
}

/** Names of the parts: COMAP wants the team's number, CUMCM its own word for the report. */
export function packNames(
  style: Pick<Style, 'id'>,
  { language, team }: { language: 'en' | 'zh'; team: string | undefined },
): { paper: string; aiReport: string; supporting: string } {
  const number = team?.replace(/[^\w-]/g, '') ?? '';
  if (language === 'zh') return { paper: '论文.pdf', aiReport: 'AI工具使用详情.pdf', supporting: '支撑材料' };
  const paper = style.id === 'mcm' && number !== '' ? `${number}.pdf` : 'paper.pdf';
  return { paper, aiReport: 'Report on Use of AI.pdf', supporting: 'supporting' };
}
