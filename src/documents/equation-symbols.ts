/** Signs of mathematics by their TeX commands. */

const SIGNS: Record<string, string> = {
  '×': '\\times',
  '·': '\\cdot',
  '⋅': '\\cdot',
  '÷': '\\div',
  '±': '\\pm',
  '∓': '\\mp',
  '∗': '*',
  '−': '-',
  '≤': '\\le',
  '≥': '\\ge',
  '≠': '\\ne',
  '≈': '\\approx',
  '≡': '\\equiv',
  '∼': '\\sim',
  '≅': '\\cong',
  '∝': '\\propto',
  '≪': '\\ll',
  '≫': '\\gg',
  '→': '\\to',
  '←': '\\leftarrow',
  '↔': '\\leftrightarrow',
  '⇒': '\\Rightarrow',
  '⇔': '\\Leftrightarrow',
  '∞': '\\infty',
  '∂': '\\partial',
  '∇': '\\nabla',
  '∆': '\\Delta',
  '∈': '\\in',
  '∉': '\\notin',
  '∋': '\\ni',
  '⊂': '\\subset',
  '⊆': '\\subseteq',
  '⊃': '\\supset',
  '∪': '\\cup',
  '∩': '\\cap',
  '∅': '\\emptyset',
  '∀': '\\forall',
  '∃': '\\exists',
  '¬': '\\neg',
  '∧': '\\wedge',
  '∨': '\\vee',
  '∑': '\\sum',
  '∏': '\\prod',
  '∫': '\\int',
  '√': '\\surd',
  '…': '\\ldots',
  '⋯': '\\cdots',
  '⋮': '\\vdots',
  '⋱': '\\ddots',
  '°': '^{\\circ}',
  '∘': '\\circ',
  '⊗': '\\otimes',
  '⊕': '\\oplus',
  '⊥': '\\perp',
  '∥': '\\parallel',
  '∠': '\\angle',
  ℏ: '\\hbar',
  ℓ: '\\ell',
  ℝ: '\\mathbb{R}',
  ℂ: '\\mathbb{C}',
  ℕ: '\\mathbb{N}',
  ℤ: '\\mathbb{Z}',
  ℚ: '\\mathbb{Q}',
  '′': "'",
  '″': "''",
  '‖': '\\|',
  ϵ: '\\epsilon',
  ϕ: '\\phi',
  ϑ: '\\vartheta',
  ϱ: '\\varrho',
  ς: '\\varsigma',
  '\u2061': '',
  '\u2062': '',
  '\u00a0': ' ',
  '%': '\\%',
  '#': '\\#',
  '&': '\\&',
  $: '\\$',
  '{': '\\{',
  '}': '\\}',
  '\\': '\\backslash',
  '~': '\\sim',
};

const GREEK = 'alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi o pi rho'.split(
  ' ',
);
const GREEK_AFTER_SIGMA = 'sigma tau upsilon varphi chi psi omega'.split(' ');
const CAPITALS: Record<string, string> = {
  Γ: 'Gamma',
  Δ: 'Delta',
  Θ: 'Theta',
  Λ: 'Lambda',
  Ξ: 'Xi',
  Π: 'Pi',
  Σ: 'Sigma',
  Υ: 'Upsilon',
  Φ: 'Phi',
  Ψ: 'Psi',
  Ω: 'Omega',
};

const COMMANDS = new Map<string, string>([
  ...Object.entries(SIGNS),
  ...GREEK.map((name, n): [string, string] => [
    String.fromCodePoint(0x3b1 + n),
    name === 'o' ? 'o' : `\\${name}`,
  ]),
  ...GREEK_AFTER_SIGMA.map((name, n): [string, string] => [String.fromCodePoint(0x3c3 + n), `\\${name}`]),
  ...Object.entries(CAPITALS).map(([sign, name]): [string, string] => [sign, `\\${name}`]),
]);

/** A run's text as TeX. Letters of the mathematical alphabets are the plain ones: in a formula they are set so. */
export function texOfText(text: string): string {
  let tex = '';
  for (const sign of plainLetters(text)) {
    const command = COMMANDS.get(sign) ?? sign;
    // A command ends before the next letter.
    tex += /\\[A-Za-z]+$/.test(tex) && /^[A-Za-z]/.test(command) ? ` ${command}` : command;
  }
  return tex;
}

function plainLetters(text: string): string {
  return text.replace(/[\u{1d400}-\u{1d7ff}]/gu, (letter) => letter.normalize('NFKC'));
}
