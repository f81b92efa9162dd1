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
    '⁺': '^+',
    '⁻': '^-',
    ⁿ: '^n',
    '₊': '_+',
    '₋': '_-',
    ...Object.fromEntries([...'₀₁₂₃₄₅₆₇₈₉'].map((char, digit) => [char, `_${digit}`])),
    ...Object.fromEntries([...'⁴⁵⁶⁷⁸⁹'].map((char, index) => [char, `^${index + 4}`])),
    '⁰': '^0',
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

/** What Latin Modern and Fandol have beside letters of Latin script, measured with TeX Live 2023. */
const IN_FONTS =
  /[\u00a1-\u00ff\u0391-\u03a9\u2010-\u2014\u2016-\u201e\u2020-\u2022\u2026\u2030\u2031\u2039-\u203b\u20ac\u2103\u2116\u2117\u2120\u2122\u2126\u2190-\u2193\u2212\u221a\u221e\u3001-\u3017\u3041-\u3093\u30a1-\u30f6\u30fb\uff01-\uff5e\uffe0-\uffe5]/;
/** What a Chinese paper has besides: set as Chinese (latex-preamble.ts). */
const IN_CHINESE =
  /[\u2160-\u216b\u2208\u2220\u2225\u2227-\u222b\u222e\u2234-\u2237\u223d\u2248\u224c\u2260\u2261\u2264\u2265\u2295\u2299\u22a5\u22ef\u2460-\u2469\u2474-\u249b]/;

/** Whether a document in that language shows the character with the fonts that TeX brings along. */
export function texHas(char: string, language: 'en' | 'zh'): boolean {
  if (char <= '\u007f' || char in SYMBOLS || IN_FONTS.test(char)) return true;
  if (/\p{Script=Han}/u.test(char)) return GB_2312.has(char);
  return (language === 'zh' && IN_CHINESE.test(char)) || /^[\u0100-\u017f\u1ea0-\u1ef9]$/.test(char);
}

/** The characters that every Chinese font has: rows 16 to 87 of GB 2312. */
const GB_2312 = new Set(
  new TextDecoder('gb18030').decode(
    Uint8Array.from({ length: 72 * 94 * 2 }, (_, at) =>
      at % 2 === 0 ? 0xb0 + Math.floor(at / 188) : 0xa1 + (Math.floor(at / 2) % 94),
    ),
  ),
);
