import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { kindsInWords, listsOf, lockFile, packagesOf } from '../../../src/sandbox/python-lists.ts';

/** What files-and-python.md names (W1). */
const NAMED =
  'numpy pandas scipy matplotlib openpyxl xlsxwriter xlrd scikit-learn statsmodels sympy seaborn networkx pulp tabulate ' +
  'jinja2 tqdm joblib lxml pillow python-docx h5py pyarrow duckdb cvxpy clarabel osqp scs highspy lightgbm SALib plotly ' +
  'lifelines pymoo simpy shapely forked-jieba wordcloud uncertainties pint lmfit';

test('W1: code may count on each package that the rule names, and on the heavy ones where they are asked for', () => {
  const names = (libraries: 'usual' | 'all') =>
    listsOf(libraries).flatMap((list) => packagesOf(list).map(({ name }) => name));
  expect(names('usual').sort()).toEqual(NAMED.split(' ').sort());
  expect(names('all')).toEqual(expect.arrayContaining(['torch', 'pymc', 'prophet', 'geopandas', 'ortools']));
});

test('SR-M11: each list is locked by version and hash, and a later list repeats nothing of an earlier one', () => {
  const seen = new Set<string>();
  for (const list of listsOf('all')) {
    const entries = readFileSync(lockFile(list), 'utf8')
      .split(/\n(?=[a-z])/)
      .slice(1);
    const locked = new Set(entries.map((entry) => entry.slice(0, entry.indexOf('=='))));
    for (const entry of entries)
      expect(entry).toMatch(/^[a-z][\w.-]*==\S+( ; [^\n]*)? \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n?)+$/);
    for (const { name } of packagesOf(list)) expect([...seen, ...locked]).toContain(name.toLowerCase());
    for (const name of locked) {
      expect(seen).not.toContain(name);
      seen.add(name);
    }
  }
});

test('W1: what there is is told in a line a kind, and what is missing is left out', () => {
  const lines = kindsInWords('usual', (module) => (module === 'pyarrow' ? null : module));
  expect(lines).toContain('tables of data: pandas, duckdb, h5py, tabulate');
  expect(lines.join('\n')).not.toMatch(/bwrap|pylopdf|pyarrow/);
});
