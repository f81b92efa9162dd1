/**
 * What stands in for `@iconify/vue` in the build (vite.config.ts): every icon is built in, so the part of Iconify
 * that fetches them from a server is code for nothing.
 */
export { addCollection, addIcon, Icon } from '@iconify/vue/offline';

/** Nuxt UI's icons ask whether one is there already. */
export const iconLoaded = () => true;
