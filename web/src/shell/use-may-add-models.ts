import { computed, type Ref, shallowRef, watch } from 'vue';
import { readAdmission } from '../api/admission.ts';
import { useSession } from './use-session.ts';

/**
 * Whether the person may name models of their own: guests only where the operator lets them. Null until the server has
 * said so; where it does not, they may try, and it says no itself.
 */
export function useMayAddModels(): Readonly<Ref<boolean | null>> {
  const { user } = useSession();
  const guests = shallowRef<boolean | null>(null);
  const guest = computed(() => user.value?.guest ?? false);
  watch(
    guest,
    async (now) => {
      if (now)
        guests.value = await readAdmission().then(
          ({ guestModels }) => guestModels,
          () => true,
        );
    },
    { immediate: true },
  );
  return computed(() => !guest.value || guests.value);
}
