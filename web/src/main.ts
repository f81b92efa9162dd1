import './style.css';
import { createApp, shallowRef } from 'vue';
import App from './app.vue';
import { bundledIcons } from './bundled-icons.ts';
import { bringSettings, createTranslations } from './i18n/index.ts';
import { createPages } from './router.ts';
import { browserStore, dropFormerPapers } from './shell/browser-store.ts';
import { noticeKey } from './shell/notice.ts';
import { createSessionContext, sessionKey } from './shell/use-session.ts';

dropFormerPapers(browserStore);
const session = createSessionContext();
const translations = await createTranslations();
const notice = shallowRef<unknown>(null);
const app = createApp(App);
// What a click started and nobody closer by could mend, promises included, is said at the page's foot.
app.config.errorHandler = (error) => {
  console.error(error);
  notice.value = error;
};
const pages = createPages(session, () => bringSettings(translations.global));
app.provide(sessionKey, session).provide(noticeKey, notice).use(pages).use(translations).use(bundledIcons);
// What index.html shows stays until there is a page in its place; where its part does not come, the page says so.
await pages.isReady().catch((error: unknown) => console.warn('the first page did not come', error));
app.mount('#app');
