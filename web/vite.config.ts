import { join } from 'node:path';
import ui from '@nuxt/ui/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';
import { shellFirstPlugin } from './shell-first.ts';

/** Where `npm run dev` finds the API; the built page is served by the API itself. */
const api = process.env.PAPERAGENT_API ?? 'http://127.0.0.1:3000';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    vue(),
    precompress(),
    shellFirstPlugin(),
    ui({
      // Components are imported by name where they are used, so that a reader and the compiler see them.
      components: false,
      autoImport: false,
      dts: false,
      // The page's policy allows no remote anything: the icons that occur in the sources are built in.
      icon: { clientBundle: { scan: { globInclude: ['src/**/*.{vue,ts}'] } } },
      // Those that are imported on demand are not found by themselves.
      experimental: { componentDetection: ['DropdownMenu'] },
      // Which of these names is which colour: src/palette.css.
      theme: { colors: ['primary', 'success', 'warning', 'error'] },
    }),
  ],
  resolve: {
    alias: [
      { find: /^@iconify\/vue$/, replacement: join(import.meta.dirname, 'src/offline-icons.ts') },
      { find: /^entities$/, replacement: join(import.meta.dirname, 'src/markdown/browser-entities.ts') },
      { find: /^uc\.micro$/, replacement: join(import.meta.dirname, 'src/markdown/browser-categories.ts') },
      { find: /^ohash(\/utils)?$/, replacement: join(import.meta.dirname, 'src/plain-equality.ts') },
      { find: /^linkify-it$/, replacement: join(import.meta.dirname, 'src/markdown/no-linkify.ts') },
    ],
  },
  define: {
    // Not used here, and a tenth of Vue and vue-i18n.
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __INTLIFY_DROP_MESSAGE_COMPILER__: false,
  },
  server: {
    fs: { allow: ['..'] },
    proxy: { '/api': { target: api, ws: true }, '/health': { target: api } },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // For bench/web/first-load.ts.
    manifest: true,
    // Fonts and images stay files: a `data:` font would need a wider policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
});
