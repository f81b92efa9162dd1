/** The process in which one document becomes text (see read-document.ts): bytes come in by stdin, a result leaves by stdout. */
import { buffer } from 'node:stream/consumers';
import { convertDocument } from './convert.ts';
import type { Window } from './line-window.ts';

const window = JSON.parse(process.argv[2] ?? '{}') as Window;
process.stdout.write(JSON.stringify(await convertDocument(await buffer(process.stdin), window)));
