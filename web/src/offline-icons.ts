/**
 * What stands in for `@iconify/vue` in the build (vite.config.ts): every icon is built in, so the part of Iconify
 * that fetches them from a server is code for nothing.
 */
import { addIcon as add, addCollection, Icon } from '@iconify/vue/offline';

export { addCollection, Icon };

/** The bundle names them `lucide:sun` and the components ask for `lucide-sun`: this part of Iconify knows one name. */
export function addIcon(name: string, data: Parameters<typeof add>[1]): void {
  add(name.replace(':', '-'), data);
}

/** Nuxt UI's icons ask whether one is there already. */
export const iconLoaded = () => true;
