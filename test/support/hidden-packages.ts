/** The program that makes documents on a machine that lacks packages: they are there, but it does not find them. */
import type { PaperTools } from '../../src/exports/make-paper.ts';

export function withoutPackages(tools: PaperTools, ...names: string[]): PaperTools {
  const code = `import { registerHooks } from 'node:module';
registerHooks({ resolve(name, context, next) {
  if (${JSON.stringify(names)}.some((one) => name === one || name.startsWith(one + '/')))
    throw Object.assign(new Error('hidden'), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(name, context);
} });`;
  const { node, ...containment } = tools.containment;
  return {
    ...tools,
    containment: {
      ...containment,
      node: [...node, `--import=data:text/javascript,${encodeURIComponent(code)}`],
    },
  };
}
