import { type Ref, shallowRef, watch } from 'vue';
import { readAdmission } from '../api/admission.ts';
import { useSession } from './use-session.ts';

/**
 * For how many days after their last visit the server keeps what a guest has; 0: for ever. Null for whoever is no guest,
 * and where the server has not said so.
 */
export function useGuestDays(): Readonly<Ref<number | null>> {
  const { user } = useSession();
  const days = shallowRef<number | null>(null);
  watch(
    () => user.value?.guest ?? false,
    async (guest) => {
      days.value = guest
        ? await readAdmission().then(
            ({ guestDays }) => guestDays,
            () => null,
          )
        : null;
    },
    { immediate: true },
  );
  return days;
}
