/** KaTeX, loaded when the first formula is to be shown. */
type Katex = typeof import('katex').default;

let loading: Promise<Katex> | null = null;
let katex: Katex | null = null;

async function load(): Promise<Katex> {
  const [module] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  katex = module.default;
  return katex;
}

/** Formulas that are set already, by what they say. */
export type SetFormulas = Map<string, HTMLElement[]>;

export function setFormulas(root: HTMLElement): SetFormulas {
  return Map.groupBy(root.querySelectorAll<HTMLElement>('.math[data-set]'), sign);
}

function sign(formula: HTMLElement): string {
  return `${formula.className} ${formula.dataset.set ?? formula.textContent ?? ''}`;
}

/**
 * Typesets the formulas under `root`: at once when KaTeX is there, so that a redrawn block does not flicker. Those
 * that are among `known` take their place there: of a list that grows only what is new is set.
 */
export function typeset(root: HTMLElement, known: SetFormulas = new Map()): void {
  for (const formula of root.querySelectorAll<HTMLElement>('.math:not([data-set])')) {
    const same = known.get(sign(formula))?.pop();
    if (same !== undefined) formula.replaceWith(same);
  }
  const formulas = [...root.querySelectorAll<HTMLElement>('.math:not([data-set])')];
  if (formulas.length === 0) return;
  if (katex !== null) {
    draw(katex, formulas);
    return;
  }
  loading ??= load();
  loading.then(
    (loaded) => draw(loaded, formulas),
    (error) => {
      // Offline, say: the formulas stay as TeX, and the next drawing tries again.
      loading = null;
      console.warn('formulas stay unset', error);
    },
  );
}

function draw(engine: Katex, formulas: HTMLElement[]): void {
  for (const formula of formulas) {
    if (formula.dataset.set !== undefined) continue;
    const tex = formula.textContent ?? '';
    formula.dataset.set = tex;
    engine.render(tex, formula, {
      displayMode: formula.classList.contains('math-block'),
      throwOnError: false,
      trust: false,
      strict: 'ignore',
      maxExpand: 500,
      maxSize: 20,
    });
  }
}
