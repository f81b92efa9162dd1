/** KaTeX, loaded when the first formula is to be shown. */
import type { InjectionKey, Ref } from 'vue';
import { forKatex, type Macros } from '../../../src/domain/markdown/tex.ts';

type Katex = typeof import('katex').default;

let loading: Promise<Katex> | null = null;
let katex: Katex | null = null;

async function load(): Promise<Katex> {
  const [module] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  katex = module.default;
  return katex;
}

/** The macros of the text that a block belongs to. */
export const macrosKey: InjectionKey<Readonly<Ref<Macros>>> = Symbol('macros');

/** Formulas that are set already, by what they say. */
export type SetFormulas = Map<string, HTMLElement[]>;

export function setFormulas(root: HTMLElement): SetFormulas {
  return Map.groupBy(root.querySelectorAll<HTMLElement>('.math[data-set]'), sign);
}

function sign(formula: HTMLElement): string {
  return `${formula.className} ${texOf(formula)}`;
}

function texOf(formula: HTMLElement): string {
  return formula.dataset.set ?? formula.textContent ?? '';
}

/**
 * Typesets the formulas under `root`: at once when KaTeX is there, so that a redrawn block does not flicker. Those
 * that are among `known` take their place there: of a list that grows only what is new is set.
 */
export function typeset(root: HTMLElement, macros: Macros, known: SetFormulas = new Map()): void {
  for (const formula of root.querySelectorAll<HTMLElement>('.math:not([data-set])')) {
    const same = known.get(sign(formula))?.pop();
    if (same !== undefined) formula.replaceWith(same);
  }
  draw([...root.querySelectorAll<HTMLElement>('.math:not([data-set])')], macros);
}

/** Sets all formulas under `root` once more: the text's macros are others now. */
export function typesetAnew(root: HTMLElement, macros: Macros): void {
  const formulas = [...root.querySelectorAll<HTMLElement>('.math[data-set]')];
  for (const formula of formulas) {
    formula.textContent = texOf(formula);
    delete formula.dataset.set;
  }
  draw(formulas, macros);
}

function draw(formulas: HTMLElement[], macros: Macros): void {
  if (formulas.length === 0) return;
  if (katex !== null) {
    drawBy(katex, formulas, macros);
    return;
  }
  loading ??= load();
  loading.then(
    (loaded) => drawBy(loaded, formulas, macros),
    (error) => {
      // Offline, say: the formulas stay as TeX, and the next drawing tries again.
      loading = null;
      console.warn('formulas stay unset', error);
    },
  );
}

function drawBy(engine: Katex, formulas: HTMLElement[], macros: Macros): void {
  for (const formula of formulas) {
    if (formula.dataset.set !== undefined) continue;
    const tex = formula.textContent ?? '';
    const displayMode = formula.classList.contains('math-block');
    formula.dataset.set = tex;
    engine.render(forKatex(tex, displayMode), formula, {
      displayMode,
      throwOnError: false,
      trust: false,
      strict: 'ignore',
      maxExpand: 500,
      maxSize: 20,
      // KaTeX writes into what it is given.
      macros: { ...macros },
    });
  }
}
