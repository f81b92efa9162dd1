/** KaTeX, loaded when the first formula is to be shown. */
type Katex = typeof import('katex').default;

let loading: Promise<Katex> | null = null;
let katex: Katex | null = null;

async function load(): Promise<Katex> {
  const [module] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')]);
  katex = module.default;
  return katex;
}

/** Typesets the formulas under `root`: at once when KaTeX is there, so that a redrawn block does not flicker. */
export function typeset(root: HTMLElement): void {
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
    formula.dataset.set = '';
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
