/** Python without any of ours around it: what a code run is compared with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  byteCodeFolder,
  findPythonEnvironment,
  OWN_MODULES,
} from '../src/sandbox/bubblewrap/python-environment.ts';
import { SANDBOX_FILES } from '../src/sandbox/sandbox-files.ts';
import { SCRIPT_ENVIRONMENT } from '../src/sandbox/script-environment.ts';
import { cacheFolder } from '../src/setup/cache-folder.ts';

export const PRINT_ONE = 'print(1)\n';

/** A figure such as papers have, small enough that making it is mostly the imports' time. */
export const FIGURE = `import numpy as np
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

x = np.linspace(0, 4 * np.pi, 500)
plt.plot(x, np.sin(x) + np.cos(2 * x))
plt.savefig("images/figure.png")
print("saved")
`;

export interface Python {
  /** Runs a script in a folder of its own. @returns milliseconds from the start of the process to its end */
  time(code: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * The Python of bubblewrap's sandboxes, outside of any. `withOwnModules`: it finds what is ours there too, with its byte code.
 * @throws where it has not been set up
 */
export async function openPython(dataDir: string, { withOwnModules = false } = {}): Promise<Python> {
  const found = findPythonEnvironment(await cacheFolder({ env: process.env, dataDir }), {
    libraries: 'usual',
    own: [],
  });
  if (found === null)
    throw new Error('there is no Python to compare with: run `SANDBOX=bubblewrap npm run sandbox`');
  const folder = await mkdtemp(join(tmpdir(), 'paperagent-bench-python-'));
  await mkdir(join(folder, 'images'));
  const site = join(folder, 'site');
  if (withOwnModules) {
    const byteCode = byteCodeFolder(found.venv);
    await access(byteCode);
    await mkdir(site);
    for (const name of OWN_MODULES) await symlink(join(SANDBOX_FILES, name), join(site, name));
    await symlink(byteCode, join(site, '__pycache__'));
  }
  return {
    async time(code) {
      const script = join(folder, 'script.py');
      await writeFile(script, code);
      const began = performance.now();
      const child = spawn(join(found.venv, 'bin/python'), [script], {
        cwd: folder,
        // As in the sandbox: one thread, no byte code written, the font list there already.
        env: {
          ...SCRIPT_ENVIRONMENT,
          PYTHONPATH: site,
          MPLCONFIGDIR: found.mpl,
          MATPLOTLIBRC: join(found.mpl, 'matplotlibrc'),
        },
        stdio: 'ignore',
      });
      await once(child, 'exit');
      return performance.now() - began;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
