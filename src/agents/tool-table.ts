/** The tools that a model may call (docs/tools.md): what it is told of each, and what each takes. */
import {
  content,
  integer,
  name,
  oneOf,
  online,
  optional,
  type Parameter,
  path,
  planSteps,
  texts,
  words,
} from './tool-parameters.ts';

export interface Tool {
  description: string;
  /** What reads only may run beside other calls of the same answer; what writes runs in order. */
  effect: 'reads' | 'writes';
  parameters: Record<string, Parameter<unknown>>;
}

const FILE = 'Path of a Markdown file in the workspace, such as "paper.md".';
const SECTION =
  'The heading\'s text, such as "Results", or a path such as "Results > Convergence" where several sections ' +
  'share a title. Without number signs.';

/** What each tool does and takes. The order of tools and of parameters is the order a model sees. */
export const TOOLS = {
  tree: {
    description:
      'Lists the files and folders of the workspace with their sizes. The paper is paper.md; scripts are in ' +
      'code/, figures in images/, what the person uploaded in attachments/. Not needed at the beginning of a ' +
      'turn: <workspace> has the same list, and results say "Workspace now" where files changed. Returns one ' +
      'line a file. An error means that there is no such folder: call it with null.',
    effect: 'reads',
    parameters: {
      path: optional(path('A folder to list, such as "images". null: the whole workspace.')),
    },
  },
  analyze_template: {
    description:
      'Shows the outline of a Markdown file: every section with its level, what it asks for (from the comment ' +
      'under its heading), how much is written there already and how that begins. People write what they ask for ' +
      'as plain text, too: what a section holds may be a wish, not work that is done. Call it before writing a ' +
      'paper from a template. Not for reading what is written: use get_section_content. An error names what is wrong with ' +
      'the file or its path; a file without headings is read with read_file.',
    effect: 'reads',
    parameters: { file: path(FILE) },
  },
  get_section_content: {
    description:
      'Returns what is written in one section of a Markdown file, subsections included, without its heading ' +
      'line. Not for a whole file: use read_file. An error says that no section, or more than one, has this ' +
      'name, and lists names that work: call it again with one of them.',
    effect: 'reads',
    parameters: { file: path(FILE), section: name(SECTION) },
  },
  update_section_content: {
    description:
      'Writes into one section of a Markdown file and leaves the rest of the file as it is. A section runs from ' +
      'its heading to the next heading of the same or a higher level, so its subsections belong to it. Use this ' +
      'for all work on a paper that has its sections already; not for a section that does not exist ' +
      "(add_section), nor for a heading's text (rename_section_title). Returns what was done, with a note where " +
      'headings in the text ended the section. An error means that nothing was written: it lists section names ' +
      'that work, or says that somebody changed the file, which is then to be read again.',
    effect: 'writes',
    parameters: {
      file: path(FILE),
      section: name(SECTION),
      content: content(
        'Markdown for the section, without its heading line. Subsections in it must have a lower level (more number ' +
          'signs) than the section. Formulas go in $…$ or $$…$$; figures are ![caption](images/name.png).',
        'markdown',
      ),
      mode: oneOf(
        ['replace', 'append', 'prepend'],
        "replace: swap the section's content together with its subsections. append: add at the section's end, after " +
          'its last subsection. prepend: add right under the heading.',
      ),
    },
  },
  add_section: {
    description:
      'Adds a new section to a Markdown file. Not for a section that exists: to write into that, use ' +
      'update_section_content. Returns where it stands, with a note where another section has the same title. ' +
      'An error means that nothing was written and says why: there is no such file, or no section to put it ' +
      'after, with names that work.',
    effect: 'writes',
    parameters: {
      file: path(FILE),
      title: name("The heading's text, without number signs."),
      level: integer('Level of the heading: 1 is a title, 2 a main section, 3 a subsection, up to 6.', 1, 6),
      content: content('Markdown under the heading, without the heading line. May be empty.', 'markdown'),
      after: optional(
        name(
          "The section (a heading's text or a path) after which to put it, behind its subsections. null: at the end.",
        ),
      ),
    },
  },
  rename_section_title: {
    description:
      'Changes the text of one heading of a Markdown file; its level and its content stay. Not for the text ' +
      'under the heading: use update_section_content. Returns the old and the new title. An error means that ' +
      'nothing was changed, and lists section names that work.',
    effect: 'writes',
    parameters: {
      file: path(FILE),
      section: name(SECTION),
      new_title: name('The new text of the heading, without number signs.'),
    },
  },
  writemd: {
    description:
      'Writes a whole Markdown file, or adds to its end or beginning; makes the file and its folders when they ' +
      'are missing. "write" discards what the file held: not for changing one section (update_section_content), ' +
      "nor for files other than Markdown. Returns the file's length and how many sections it has. An error " +
      "means that nothing was written: the path is not a Markdown file's, or somebody changed the file, which " +
      'is then to be read again.',
    effect: 'writes',
    parameters: {
      file: path(FILE),
      content: content('The Markdown text.', 'markdown'),
      mode: oneOf(
        ['write', 'append', 'prepend'],
        'write: the file holds exactly this text. append: add at the end, after a blank line. prepend: add at the ' +
          'beginning (behind front matter), before a blank line.',
      ),
    },
  },
  check_paper: {
    description:
      'Checks a Markdown paper by program, without judging what it says: figures that are missing or never referred to, ' +
      'references and citations that lead nowhere, numbers that stand in no run or are out of date, placeholders, empty ' +
      'sections, repeated paragraphs, code too wide for a page, units missing in tables. Run it before you say that a ' +
      'paper is done, and again after repairs. Not for reading the paper (read_file, get_section_content). Returns the ' +
      'items with their lines, errors first, or says that nothing was found. An error means that there is no such file ' +
      'or that it is too large to be read as Markdown.',
    effect: 'reads',
    parameters: { file: path(FILE) },
  },
  add_reference: {
    description:
      'Adds works to references.bib, from which the list of references is made. What stands in the file stays; a work ' +
      'that is there already, by its DOI or its title and year, is not added again. Only works that you are certain ' +
      'exist, with author, title, year and where they were published, and the DOI where you know it. Not for writing ' +
      'the list of references into the paper: it is made from what the paper cites. Returns the key of each work, ' +
      'which is cited as [@key] or [@key, p. 3]. An error means that nothing was added, and says what is wrong with ' +
      'the BibTeX.',
    effect: 'writes',
    parameters: {
      bibtex: optional(
        content(
          'One or more BibTeX entries, at most 20, such as "@article{knuth1984, author = {Knuth, Donald E.}, title = ' +
            '{Literate Programming}, journal = {The Computer Journal}, year = {1984}, doi = {10.1093/comjnl/27.2.97}}".',
          'code',
        ),
      ),
      doi: online(
        optional(
          words(
            'The DOI of one work, such as "10.1093/comjnl/27.2.97": its entry is fetched, and needs no bibtex. null: bibtex ' +
              'has it all.',
            300,
          ),
        ),
      ),
    },
  },
  search_literature: {
    description:
      'Searches the literature (Crossref, OpenAlex, Semantic Scholar, arXiv) for works on a topic, or for one whose title ' +
      'or author you half remember. Use it before you cite: only works that it returns, or that the person gave, are ' +
      'certain to exist. Not for facts, data or the open web: there is none of these. Returns works with their abstracts ' +
      'where there are any, each as a BibTeX entry that add_reference takes as it is; cite a work only for what its ' +
      'abstract says. An error means that no source answered: try again later, or cite nothing.',
    effect: 'reads',
    parameters: {
      query: words(
        'Two to eight words of the topic, the title or the authors, in English where there are English terms.',
        300,
      ),
      from_year: optional(integer('Only works from this year on. null: of any time.', 1400, 2999)),
      to_year: optional(integer('Only works up to this year. null: of any time.', 1400, 2999)),
      limit: optional(integer('How many works, at most 20. null: 8.', 1, 20)),
    },
  },
  read_file: {
    description:
      'Reads a text file of the workspace by lines. An image comes back as its format and size in pixels, other ' +
      'binary files as what they are. Not for PDF, Word and Excel files (read_attachment), and not for large ' +
      'data, which code reads better. Returns the lines, and says from where to go on where there are more. An ' +
      'error means that there is no such file: look at tree for its path.',
    effect: 'reads',
    parameters: {
      path: path('Path of a file in the workspace, such as "data/results.csv".'),
      offset: optional(integer('The first line to return, counted from 1. null: 1.', 0, 1_000_000_000)),
      limit: optional(integer('How many lines to return. null: as many as fit.', 1, 1_000_000)),
    },
  },
  list_attachments: {
    description:
      'Lists the files that the person uploaded, with their sizes, and with encoding, separator and sheets where a script ' +
      'must know them. Not for files that a run made: use tree. ' +
      'Returns one line a file, or says that there are none; then do not ask for one that does not exist.',
    effect: 'reads',
    parameters: {},
  },
  read_skill: {
    description:
      'Reads a skill: how others do a kind of work, with scripts and references that come with it. Call it before work ' +
      'that a skill is about. Returns its text and the list of its files, which it puts into the workspace under skills/. ' +
      'An error says that there is no skill of this name: go on without one.',
    effect: 'writes',
    parameters: { name: name('The name of a skill.') },
  },
  read_attachment: {
    description:
      'Reads an uploaded file as text, by lines: text, CSV, JSON, PDF, Word (.docx), Excel (.xlsx, .xls), ' +
      'PowerPoint (.pptx) and OpenDocument. Equations come as TeX. Large ' +
      'data files are better read in part here, and whole by code. Not for files of the workspace that were not ' +
      'uploaded: use read_file. Returns the lines, and says from where to go on where there are more. An error ' +
      'says what the file is where it has no text, or that there is no such file: see list_attachments.',
    effect: 'reads',
    parameters: {
      path: path('Path of the attachment, such as "attachments/data.csv".'),
      offset: optional(
        integer('The first line of the text to return, counted from 1. null: 1.', 0, 1_000_000_000),
      ),
      limit: optional(integer('How many lines to return. null: as many as fit.', 1, 1_000_000)),
    },
  },
  code_agent: {
    description:
      'Gives one task to a programmer who writes Python, runs it in an isolated sandbox (numpy, pandas, ' +
      'matplotlib, scipy and more; no network) in this workspace, repairs it until it works, and answers with a summary, ' +
      'the numbers found and the files made. Use it for every computation, simulation and figure: never state a ' +
      'number that no run produced. Not for writing the paper, and not for a question that you can answer from ' +
      'what was computed already. The programmer knows nothing but the task: two tasks do not know of each ' +
      "other. Returns the programmer's summary and the files; read it critically. An error says why there is " +
      'none: give the task again, smaller or clearer, or say in the paper what is missing.',
    effect: 'writes',
    parameters: {
      task: content(
        'The whole task, self-contained: the programmer sees the workspace but not this conversation. Say what to ' +
          'compute and with which method and parameters, which input files to use, which figures to save under which ' +
          'names (images/….png), and which numbers to report.',
        'words',
      ),
    },
  },
  update_plan: {
    description:
      'Shows the person what you mean to do, step by step, and how far you are. For work of three steps or more: call ' +
      'it at the beginning, then whenever a step is done or the plan changes, beside your next call. Always send all ' +
      'steps; keep the words of those that stay. What is written while a step is "in_progress" is kept with it. The ' +
      'person may change the plan: then you are told, and go on by theirs. Not for what takes a step or two. Returns ' +
      'how many steps are completed. An error says what is wrong with the steps, or that the person has changed them ' +
      'meanwhile.',
    effect: 'writes',
    parameters: {
      steps: planSteps(
        'All steps in their order, each with a few words in the language of the person. One at a time is ' +
          '"in_progress". An empty list takes the plan away.',
      ),
    },
  },
  ask_person: {
    description:
      'Asks the person one question and waits for the answer, for as long as it takes. Use it where the work cannot ' +
      'go on well without a decision that is theirs: two readings that lead to different papers, data that is ' +
      'missing, something that cannot be undone. Not for what you can find out or sensibly assume yourself, and not ' +
      'for telling what you did: that is your final answer. One question at a time. Returns the answer in their ' +
      'words, which may be none of the options, or says that nobody answered in time: go on then with your default. ' +
      'An error means that nothing was asked: the question was empty or too long.',
    effect: 'writes',
    parameters: {
      question: words('The question, with what they must know to answer it, in their language.', 4_000),
      options: optional(
        texts('Up to 8 short answers to choose from. null: they answer in their own words.', {
          items: 8,
          characters: 200,
        }),
      ),
      default: optional(
        words('What you go on with if nobody answers in time. null: you decide then.', 4_000),
      ),
      waitSeconds: optional(
        integer(
          'Seconds to wait before the default is taken: people may be away for days. null: until they answer.',
          1,
          7_776_000,
        ),
      ),
    },
  },
  run_python: {
    description:
      'Runs a Python 3 script in the sandbox with the workspace as the current folder, and returns what it ' +
      'printed, how it ended and which files it changed. What can be imported is listed in <workspace>; ' +
      'there is no network. Nothing stays in memory between runs: load what you need from files. Print the ' +
      'numbers you want to see; save figures with plt.savefig("images/name.png", dpi=150, bbox_inches="tight"). ' +
      'Not for looking at a text file (read_file), and not with plt.show() or input(), which have nobody. An ' +
      'error is the run\'s: a traceback is to be read and the script repaired; "timed out", "out of memory", ' +
      '"output limit" and "disk limit" mean a smaller task or less output; "lost" means that it may be run ' +
      'again.',
    effect: 'writes',
    parameters: {
      code: content('The whole script.', 'code'),
      filename: optional(
        name(
          'A short descriptive name such as "monte_carlo.py"; the script is kept under code/. null: script.py.',
        ),
      ),
      timeoutSeconds: optional(integer('Stop the run after this many seconds. null: 120.', 1, 600)),
    },
  },
  write_file: {
    description:
      'Writes a whole text file in the workspace (data, configuration, a Python module for several scripts), ' +
      'making the folders on the way. What the file held is discarded. Not for a script that is to be run: ' +
      'run_python keeps it, too. Returns how many bytes were written. An error means that nothing was written: ' +
      'the path leads out of the workspace or is a folder, or somebody changed the file.',
    effect: 'writes',
    parameters: {
      path: path('Path of the file in the workspace, such as "data/parameters.json".'),
      content: content('The text that the file is to hold.', 'file'),
    },
  },
} as const satisfies Record<string, Tool>;
