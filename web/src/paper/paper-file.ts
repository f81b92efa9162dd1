/** The paper's path in its workspace. */
export const PAPER = 'paper.md';
