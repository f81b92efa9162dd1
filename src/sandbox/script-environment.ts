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
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONNOUSERSITE: '1',
  PYTHONUTF8: '1',
  // One processor is allowed; more threads would only get in each other's way.
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
};
