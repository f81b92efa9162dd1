/**
 * The process in which one file becomes text or a preview (see reader-process.ts): bytes come in by stdin, a result leaves
 * by stdout.
 */
import { buffer } from 'node:stream/consumers';
import { convertDocument, previewDocument } from './convert.ts';
import type { Ask } from './types.ts';

const ask = JSON.parse(process.argv[2] ?? '') as Ask;
const bytes = await buffer(process.stdin);
const answer =
  'preview' in ask ? await previewDocument(bytes, ask.preview) : await convertDocument(bytes, ask.window);
process.stdout.write(JSON.stringify(answer));
