import { useEventListener, useIntervalFn } from '@vueuse/core';
import { onScopeDispose } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { listWorks } from '../api/works.ts';
import { useSession } from '../shell/use-session.ts';
import { visibleText } from '../shell/visible-text.ts';
import { createLeftLast } from './left-last.ts';
import { type Glance, type News, newsOf } from './news.ts';
import { wordsIn } from './words.ts';

/** How often the list is looked at while nobody sees the page, in milliseconds; browsers make it a minute after a while. */
const LOOK_MS = 10_000;

/** While no tab is in sight: the browser says which of the person's Works have ended their turn or ask something (V30). */
export function useAwayNotices(): void {
  const { http } = useSession();
  const { t, locale } = useI18n();
  const route = useRoute();
  const router = useRouter();
  /** As the Works were when the person left, or at the last look. */
  let before: readonly Glance[] | null = null;
  let newest = 0;
  /** By Work: the next one takes the place of the one before. */
  const shown = new Map<string, Notification>();

  function tell({ work, what }: News): void {
    shown.get(work.id)?.close();
    const title = visibleText(work.title || t('works.untitled'));
    const notice = new Notification(title, { body: wordsIn(locale.value)[what], lang: locale.value });
    notice.onclick = () => {
      window.focus();
      notice.close();
      if (route.params.id !== work.id) void router.push({ name: 'work', params: { id: work.id } });
    };
    shown.set(work.id, notice);
  }

  async function look(): Promise<void> {
    if (!document.hidden || !tabs.isThis() || Notification.permission !== 'granted') return;
    newest += 1;
    const mine = newest;
    try {
      if (await tabs.anyInSight()) return;
      const { items } = await listWorks(http, { q: '' });
      if (mine !== newest || !document.hidden || !tabs.isThis()) return;
      for (const news of newsOf(before ?? items, items)) tell(news);
      before = items;
    } catch (error) {
      console.warn('what the projects do is not known', error);
    }
  }

  const tabs = createLeftLast(navigator.locks, () => {
    before = null;
    void look();
  });

  useEventListener(document, 'visibilitychange', () => {
    if (document.hidden) {
      tabs.left();
      return;
    }
    tabs.seen();
    for (const notice of shown.values()) notice.close();
    shown.clear();
  });
  if (!document.hidden) tabs.seen();
  useIntervalFn(look, LOOK_MS);
  onScopeDispose(() => tabs.close());
}
