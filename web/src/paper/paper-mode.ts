/** How the paper is shown. `choose`: between the words of a draft and those that somebody stored meanwhile. */
export type PaperMode = 'read' | 'edit' | 'changes' | 'choose';
