import { useI18n } from 'vue-i18n';
import { useRouter } from 'vue-router';
import { createWork } from '../api/works.ts';
import { storedOutbox } from '../live/outbox.ts';
import { randomId } from '../live/random-id.ts';
import { browserStore } from './browser-store.ts';
import { useSession } from './use-session.ts';

/** Creates a Work and opens it; with a prompt, that is its first message. Without a template it is a short report. */
export function useStartWork(): (prompt?: string, templateId?: string) => Promise<void> {
  const { http } = useSession();
  const { locale } = useI18n();
  const router = useRouter();
  return async (prompt, templateId) => {
    const work = await createWork(http, locale.value === 'zh' ? 'zh' : 'en', templateId);
    if (prompt !== undefined) {
      // By way of the outbox: the Work's page sends it, also when that page is reloaded before it could.
      storedOutbox(browserStore, work.id).put({
        id: randomId(),
        text: prompt,
        delivery: 'queue',
        createdAt: new Date().toISOString(),
      });
    }
    await router.push({ name: 'work', params: { id: work.id } });
  };
}
