/** What a person can do on the page that is open, by name: the parts of the page say it, and the palette lists it. */
import {
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  onScopeDispose,
  provide,
  shallowReactive,
} from 'vue';

export interface Command {
  /** Unique on the page. */
  id: string;
  label: string;
  icon: string;
  run(): void | Promise<void>;
}

interface Commands {
  list: ComputedRef<Command[]>;
  sources: Set<() => readonly Command[]>;
}

/** Shows the palette. */
export const openPaletteKey: InjectionKey<() => void> = Symbol('open palette');
const commandsKey: InjectionKey<Commands> = Symbol('commands');

/** Made once, by app.vue. Those of the page come before those that every page has. */
export function provideCommands(): ComputedRef<Command[]> {
  const sources = shallowReactive(new Set<() => readonly Command[]>());
  const list = computed(() => [...sources].flatMap((source) => source()));
  provide(commandsKey, { list, sources });
  return list;
}

/** Offers these for as long as the component lives. */
export function useCommands(source: () => readonly Command[]): void {
  const sources = inject(commandsKey)?.sources;
  if (sources === undefined) throw new Error('commands are provided by app.vue');
  sources.add(source);
  onScopeDispose(() => sources.delete(source));
}
