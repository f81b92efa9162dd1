import { createRouter, createWebHistory } from 'vue-router';
import { isMissingPart } from './shell/missing-parts.ts';
import type { SessionContext } from './shell/use-session.ts';

declare module 'vue-router' {
  interface RouteMeta {
    /** For people without a session too. */
    open?: boolean;
  }
}

/** @param bringSettings has the sentences of the settings' pages there, which most visits do without */
export function createPages(session: SessionContext, bringSettings: () => Promise<void>) {
  const settings = async <T>(page: Promise<T>) => (await Promise.all([page, bringSettings()]))[0];
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      {
        path: '/sign-in',
        name: 'sign-in',
        meta: { open: true },
        component: () => import('./pages/sign-in-page.vue'),
      },
      { path: '/', name: 'works', component: () => import('./pages/works-page.vue') },
      {
        path: '/works/:id',
        name: 'work',
        props: true,
        component: () => import('./pages/work-page.vue'),
      },
      { path: '/models', name: 'models', component: () => settings(import('./pages/models-page.vue')) },
      {
        path: '/templates',
        name: 'templates',
        component: () => settings(import('./pages/templates-page.vue')),
      },
      { path: '/account', name: 'account', component: () => settings(import('./pages/account-page.vue')) },
      {
        path: '/s/:token',
        name: 'shared',
        props: true,
        meta: { open: true },
        component: () => import('./share/share-page.vue'),
      },
      {
        path: '/:rest(.*)*',
        name: 'missing',
        meta: { open: true },
        component: () => import('./pages/missing-page.vue'),
      },
    ],
  });
  router.beforeEach((to) => {
    if (to.meta.open || session.user.value !== null) return true;
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  });
  router.onError((error, to) => {
    // The server has a newer page, and no longer this one's parts. The first address was opened with what there is now.
    const opened = router.currentRoute.value.matched.length > 0;
    if (opened && navigator.onLine && isMissingPart(error)) location.assign(to.fullPath);
  });
  return router;
}
