import { defineComponent } from 'vue';
import { useAwayNotices } from './use-away-notices.ts';

/** Shows nothing in the page: it is there for as long as its person wants to be told (V30). */
export default defineComponent({
  setup() {
    useAwayNotices();
    return () => null;
  },
});
