/** Characters of text that TeX's fonts lack, as formulas (O4). */
import type { Node } from './walk.ts';

const SYMBOLS: Record<string, string> = {
  ...{
    α: '\\alpha',
    β: '\\beta',
    γ: '\\gamma',
    δ: '\\delta',
    ε: '\\varepsilon',
    ζ: '\\zeta',
    η: '\\eta',
    θ: '\\theta',
  },
  ...{
    ι: '\\iota',
    κ: '\\kappa',
    λ: '\\lambda',
    μ: '\\mu',
    ν: '\\nu',
    ξ: '\\xi',
    π: '\\pi',
    ρ: '\\rho',
    σ: '\\sigma',
  },
  ...{
    τ: '\\tau',
    υ: '\\upsilon',
    φ: '\\varphi',
    χ: '\\chi',
    ψ: '\\psi',
    ω: '\\omega',
    Γ: '\\Gamma',
    Δ: '\\Delta',
  },
  ...{
    Θ: '\\Theta',
    Λ: '\\Lambda',
    Ξ: '\\Xi',
    Π: '\\Pi',
    Σ: '\\Sigma',
    Φ: '\\Phi',
    Ψ: '\\Psi',
    Ω: '\\Omega',
  },
  ...{
    '≈': '\\approx',
    '≤': '\\le',
    '≥': '\\ge',
    '≠': '\\ne',
    '±': '\\pm',
    '×': '\\times',
    '÷': '\\div',
    '∞': '\\infty',
  },
  ...{
    '→': '\\to',
    '←': '\\leftarrow',
    '↔': '\\leftrightarrow',
    '⇒': '\\Rightarrow',
    '⇔': '\\Leftrightarrow',
  },
  ...{
    '√': '\\surd',
    '−': '-',
    '∈': '\\in',
    '∉': '\\notin',
    '⊂': '\\subset',
    '∪': '\\cup',
    '∩': '\\cap',
    '∅': '\\emptyset',
  },
  ...{
    '∑': '\\sum',
    '∏': '\\prod',
    '∫': '\\int',
    '∂': '\\partial',
    '∇': '\\nabla',
    '∝': '\\propto',
    '∼': '\\sim',
  },
  ...{
    '≡': '\\equiv',
    '⋅': '\\cdot',
    '·': '\\cdot',
    '°': '^\\circ',
    '∀': '\\forall',
    '∃': '\\exists',
    '²': '^2',
    '³': '^3',
  },
  ...{
    '✓': '\\checkmark',
    '✗': '\\times',
    '★': '\\star',
    '•': '\\bullet',
    ℝ: '\\mathbb{R}',
    ℕ: '\\mathbb{N}',
  },
};

export function withSymbols(text: string): Node[] {
  const made: Node[] = [];
  let run = '';
  const flush = () => {
    if (run !== '') made.push({ t: 'Str', c: run });
    run = '';
  };
  for (const char of text) {
    const tex = SYMBOLS[char];
    if (tex === undefined) run += char;
    else {
      flush();
      made.push({ t: 'Math', c: [{ t: 'InlineMath' }, tex] });
    }
  }
  flush();
  return made;
}
