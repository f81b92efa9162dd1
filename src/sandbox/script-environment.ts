/** Everything that generated code sees of an environment (S3, S11); the search path is each sandbox's own. */
export const SCRIPT_ENVIRONMENT = {
  HOME: '/tmp',
  TMPDIR: '/tmp',
  USER: 'sandbox',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  MPLBACKEND: 'Agg',
  MPLCONFIGDIR: '/tmp/matplotlib',
  MATPLOTLIBRC: '/opt/paperagent/mpl/matplotlibrc',
  // sitecustomize.py: what Chinese glyphs in figures need (W3).
  PYTHONPATH: '/opt/paperagent/site',
  // The font that wordcloud draws with where a script names none.
  FONT_PATH: '/opt/paperagent/mpl/fonts/NotoSansSC-Regular.otf',
  // The same script makes the same files (W5): no order of a set, no date in a figure differs from run to run.
  PYTHONHASHSEED: '0',
  SOURCE_DATE_EPOCH: '946684800',
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONNOUSERSITE: '1',
  PYTHONUTF8: '1',
  // One processor is allowed; more threads, or processes for each of the machine's, would only get in each other's way.
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  LOKY_MAX_CPU_COUNT: '1',
  PYTHON_CPU_COUNT: '1',
};
