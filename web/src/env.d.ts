/// <reference types="vite/client" />
declare module 'virtual:nuxt-ui-icons' {
  import type { IconifyIcon } from '@iconify/vue';
  export function init(add: (name: string, data: IconifyIcon) => boolean): void;
}
declare module '*.css';
