import './style.css';
import { createApp } from 'vue';
import App from './app.vue';
import { bundledIcons } from './bundled-icons.ts';
import { createTranslations } from './i18n/index.ts';
import { createPages } from './router.ts';
import { createSessionContext, sessionKey } from './shell/use-session.ts';

const session = createSessionContext();
createApp(App)
  .provide(sessionKey, session)
  .use(createPages(session))
  .use(createTranslations())
  .use(bundledIcons)
  .mount('#app');
