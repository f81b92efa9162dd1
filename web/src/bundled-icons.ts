/**
 * The part of `@nuxt/ui/vue-plugin` that this page needs: the icons found in the sources, known before the
 * first is drawn, so that none is ever asked of a server. The rest of that plugin (a manager of the document's
 * head and a generator of colours) is code for nothing here: src/palette.css.
 */

import { init } from 'virtual:nuxt-ui-icons';
import { addIcon } from '@iconify/vue';
import type { Plugin } from 'vue';

export const bundledIcons: Plugin = {
  install() {
    init((name, data) => addIcon(name, data));
  },
};
