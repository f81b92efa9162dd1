import { ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { errorSentence } from './error-sentence.ts';

/** What a person asked for and may fail: `failure` is the sentence about the newest attempt, null where it did not. */
export function useAttempt() {
  const { t, te } = useI18n();
  const failure = ref<string | null>(null);

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    failure.value = null;
    try {
      await work();
    } catch (error) {
      failure.value = errorSentence(error, { t, te });
    }
  }

  return { failure, attempt };
}
