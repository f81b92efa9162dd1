/** The newcomers' machines that `npm run test:machines` starts the system on, each with what is peculiar to it. */

export interface Machine {
  name: string;
  /** What it shows, for the table. */
  what: string;
  /** The image that it is, where a registry answers; else it is made from Debian's packages where `debian` is given. */
  image: string;
  debian?: { packages: readonly string[]; node: string };
  /** In its place: musl, BusyBox and this version of a Node that is built for them. */
  musl?: { node: string };
  /** `cut`: none after the first start; `proxy`: nothing but a proxy, all along. */
  network: 'open' | 'cut' | 'proxy';
  /** Whether its plain user may make user namespaces, which bubblewrap takes. */
  namespaces: boolean;
  /** Whether the user's home is read-only; the checkout is elsewhere in any case. */
  readOnlyHome: boolean;
  /** How it is said that code cannot be run there; absent: the turn runs code to its end. */
  lacks?: RegExp;
}

/** What a newcomer's Debian has. */
const USUAL = ['ca-certificates', 'python3', 'python3-venv'];

const usual = {
  image: 'node:22-bookworm',
  debian: { packages: USUAL, node: '22' },
  network: 'open',
  namespaces: true,
  readOnlyHome: false,
} as const satisfies Partial<Machine>;

export const MACHINES: readonly Machine[] = [
  {
    ...usual,
    name: 'no-python',
    what: 'Debian without Python, git or a font',
    image: 'node:22-bookworm-slim',
    debian: { packages: ['ca-certificates'], node: '22' },
    lacks: /there is no python3 on this machine: install Python 3\.10/,
  },
  {
    name: 'alpine',
    what: 'Alpine, whose libc is musl',
    image: 'node:24-alpine',
    musl: { node: '24.19.0' },
    network: 'open',
    // It has no setpriv to make a user of in a root of its own, and ends before it would make a namespace.
    namespaces: false,
    readOnlyHome: false,
    lacks: /this machine has another libc than glibc \(Alpine has musl\).*please use/,
  },
  {
    ...usual,
    name: 'node-18',
    what: 'Node 18',
    image: 'node:18-bookworm',
    debian: { packages: USUAL, node: '18' },
  },
  {
    ...usual,
    name: 'node-26',
    what: 'Node 26',
    image: 'node:26-bookworm',
    // Which is linked against libatomic, and Debian's smallest does not have it.
    debian: { packages: [...USUAL, 'libatomic1'], node: '26' },
  },
  {
    ...usual,
    name: 'no-namespaces',
    what: 'a plain user who may make no user namespaces',
    namespaces: false,
    lacks: /bubblewrap cannot make a sandbox on this machine: .*/,
  },
  { ...usual, name: 'read-only-home', what: "a user's home that is read-only", readOnlyHome: true },
  { ...usual, name: 'no-network', what: 'no network after the first start', network: 'cut' },
  { ...usual, name: 'proxy', what: 'registries by a proxy alone', network: 'proxy' },
];
