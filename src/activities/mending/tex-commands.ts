/**
 * TeX commands whose backslash, where it was not doubled in JSON, made an escape of their first letter (M15): `\frac`
 * arrives as a form feed and "rac".
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** What is left of these is no word in any text: they are mended wherever they stand. */
const CERTAIN = words(`
  backslash backsim bar bbox because begin beta beth between bf bfseries bibitem bibliography big bigcap bigcirc
  bigcup bigg biggl biggr bigl bigodot bigoplus bigotimes bigr bigskip bigsqcup bigstar bigtriangleup biguplus bigvee
  bigwedge binom blacklozenge blacksquare blacktriangle bm bmod boldsymbol bot bottomrule bowtie box boxed boxplus
  boxtimes breve bullet bumpeq
  fbox fboxsep flat flushleft footnote footnotesize footnotemark footnotetext forall frac frak framebox frown
  nabla natural nearrow newcommand newline newpage nolimits noindent nonumber normalsize notag notin nwarrow
  raggedright raisebox rangle rbrace rbrack rceil ref relax renewcommand rfloor rgroup rho right rightarrow
  rightarrowtail rightharpoondown rightharpoonup rightleftarrows rightleftharpoons rightrightarrows rm rmoustache
  root rtimes rule rVert rvert
  tabcolsep tabularnewline tanh textbf textcolor textit textmd textnormal textrm textsc textsf textsl textstyle
  textsubscript textsuperscript texttt textup textwidth therefore theta thickapprox thicksim thinspace tilde
  times toprule triangle triangledown triangleleft trianglelefteq triangleq triangleright trianglerighteq twoheadrightarrow
`);

/** What is left of these may be a word, or a name in code (`sim`, `frac`): they are mended only inside of formulas. */
const IN_FORMULAS = words(`
  ncong ne neg neq nexists ngeq ngtr ni nleftarrow nleq nless nmid not nparallel nprec nrightarrow nsim nsubseteq
  nsucc nsupseteq ntriangleleft nu nvdash
  tag tan tau tbinom text tfrac to top
`);

export type Certainty = 'certain' | 'in formulas' | 'none';

/** How sure it is that a command of this name lost its backslash. */
export function certaintyOf(command: string, next: string): Certainty {
  if (CERTAIN.has(command) || (command === 'text' && next === '{')) return 'certain';
  return IN_FORMULAS.has(command) ? 'in formulas' : 'none';
}

/** Whether a backslash before these letters begins a command and no escape of JSON. */
export function isCommand(command: string): boolean {
  return CERTAIN.has(command) || IN_FORMULAS.has(command);
}
