import type { InjectionKey, Ref } from 'vue';

/** Marks up a block that has been drawn; called again when what it marks has changed. Null: nothing is marked. */
export type Decorate = { mark(block: HTMLElement): void; clear(block: HTMLElement): void };

export const decorateKey: InjectionKey<Readonly<Ref<Decorate | null>>> = Symbol('decorate');
