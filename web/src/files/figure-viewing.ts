/** Opening a figure large: whoever shows one asks for it here; the page of a Work has the viewer. */
import { type InjectionKey, inject } from 'vue';

export interface FigureViewing {
  /** Opens the figure at `path`; null where there is nowhere to open it (a preview outside a Work). */
  open(path: string): void;
}

export const figureViewingKey: InjectionKey<FigureViewing> = Symbol('figure viewing');

export function useFigureViewing(): FigureViewing | null {
  return inject(figureViewingKey, null);
}
