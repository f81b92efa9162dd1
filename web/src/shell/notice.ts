import type { InjectionKey, Ref } from 'vue';

/** The last error that no part of the page could handle; null when there is none to show. */
export const noticeKey: InjectionKey<Ref<unknown>> = Symbol('notice');
