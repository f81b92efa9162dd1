import { expect, test } from '@jest/globals';
import type { FileChange, ToolPart } from '../../../src/domain/messages.ts';
import { fileAddress, readPicture } from '../../../web/src/api/files.ts';
import type { Http } from '../../../web/src/api/http.ts';
import { kindOf } from '../../../web/src/files/file-kinds.ts';
import { type FileNode, fileTree, readableSize } from '../../../web/src/files/file-tree.ts';
import { changesOfTurn, latestTurn } from '../../../web/src/files/turn-changes.ts';
import { createWorkspaceImages } from '../../../web/src/files/workspace-images.ts';
import { until } from '../../support/until.ts';
import { answer } from './log-of-a-turn.ts';

const file = (path: string, kind: 'file' | 'directory' = 'file') => ({
  path,
  kind,
  size: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z',
});

function outline(nodes: FileNode[]): unknown[] {
  return nodes.map((node) => (node.kind === 'folder' ? [node.name, outline(node.children)] : node.name));
}

test('U9: files are a tree, folders first, in the order people count in', () => {
  const tree = fileTree(
    ['b10.py', 'b2.py', 'a/deep/x', 'a/y', 'Z/z'].map((path) => file(path)),
    new Map(),
  );
  expect(outline(tree)).toEqual([['a', [['deep', ['x']], 'y']], ['Z', ['z']], 'b2.py', 'b10.py']);
});

test('U9: a folder that is listed too stands once, and one with nothing in it stands as well', () => {
  const listed = [file('data', 'directory'), file('images', 'directory'), file('images/a.png')];
  expect(outline(fileTree(listed, new Map()))).toEqual([
    ['data', []],
    ['images', ['a.png']],
  ]);
});

test('V18: a project that has just begun shows its paper, and no folders with nothing in them', () => {
  const begun = [
    ...['attachments', 'code', 'images'].map((path) => file(path, 'directory')),
    file('paper.md'),
  ];
  expect(outline(fileTree(begun, new Map()))).toEqual(['paper.md']);
  const deeper = [...begun, file('code/old', 'directory')];
  expect(outline(fileTree(deeper, new Map()))).toEqual([['code', [['old', []]]], 'paper.md']);
});

test('U9: a file that the turn touched carries its badge', () => {
  const [node] = fileTree([file('images/a.png')], new Map([['images/a.png', 'added']]));
  expect(node).toMatchObject({ children: [{ name: 'a.png', change: 'added' }] });
});

function ran(turn: number, name: string, ...files: [string, FileChange['change']][]) {
  const part: ToolPart = {
    type: 'tool',
    toolCallId: 't',
    name,
    arguments: {},
    state: 'ok',
    files: files.map(([path, change]) => ({ path, change })),
  };
  return answer('a', turn, [part]);
}

test("U9: a turn's changes are the sum of its tools', the last turn's alone", () => {
  const messages = [
    ran(1, 'writemd', ['old.md', 'added']),
    ran(2, 'run_python', ['a', 'added'], ['b', 'changed'], ['c', 'removed'], ['tmp', 'added']),
    ran(2, 'run_python', ['a', 'changed'], ['b', 'removed'], ['c', 'added'], ['tmp', 'removed']),
    ran(2, 'code_agent', ['a', 'added'], ['b', 'removed'], ['c', 'changed']),
  ];
  expect(latestTurn(messages)).toBe(2);
  expect([...changesOfTurn(messages, 2)]).toEqual([
    ['a', 'added'],
    ['b', 'removed'],
    ['c', 'changed'],
  ]);
  expect(changesOfTurn(messages, null).size).toBe(0);
});

test('a name with any character makes one address, its folders kept apart', () => {
  expect(fileAddress('w', 'images/50% #1?.png')).toBe('/api/works/w/files/images/50%25%20%231%3F.png');
});

test('kinds go by the ending alone', () => {
  expect(['a/b.PNG', 'x.tar.gz', 'Makefile', '.csv', 'paper.md'].map(kindOf)).toEqual([
    'image',
    'other',
    'other',
    'table',
    'markdown',
  ]);
  expect([812, 4_200, 13_400_000].map(readableSize)).toEqual(['812 B', '4.2 kB', '13 MB']);
});

test('W12: a picture that is larger than the page loads is left before it is read, and says so; others say that they are missing', async () => {
  const answers: Record<string, [type: string, length: number]> = {
    'scan.png': ['image/png', 25 * 1024 ** 2],
    'poster.png': ['image/png', 25 * 1024 ** 2 + 1],
    'map.svg': ['image/svg+xml; charset=utf-8', 6 * 1024 ** 2],
  };
  const left: string[] = [];
  const http = {
    raw: async (address: string, signal?: AbortSignal) => {
      const name = address.split('/').at(-1) ?? '';
      const answer = answers[name];
      if (answer === undefined) throw new Error('404');
      signal?.addEventListener('abort', () => left.push(name));
      const [type, length] = answer;
      return new Response('x', { headers: { 'Content-Type': type, 'Content-Length': String(length) } });
    },
  } as unknown as Http;
  const images = createWorkspaceImages({
    fetchBlob: (path) => readPicture(http, fileAddress('w', path)),
    createUrl: async () => 'blob:1',
    revokeUrl: () => {},
  });
  const paths = [...Object.keys(answers), 'gone.png'];
  for (const path of paths) images.url(path);
  await until(() => images.problem('gone.png') !== null && images.url('scan.png') !== undefined, 'all came');
  expect(paths.map((path) => images.problem(path))).toEqual([
    null,
    'imageTooLarge',
    'imageTooLarge',
    'imageMissing',
  ]);
  expect(left).toEqual(['poster.png', 'map.svg']);
});

test('an image that a tool drew anew takes the place of the old one, and a late older answer does not', async () => {
  const answers: ((blob: Blob) => void)[] = [];
  const revoked: string[] = [];
  let urls = 0;
  const images = createWorkspaceImages({
    fetchBlob: () => new Promise((resolve) => answers.push(resolve)),
    createUrl: async () => {
      urls += 1;
      return `blob:${urls}`;
    },
    revokeUrl: (url) => revoked.push(url),
  });
  expect(images.url('a.png')).toBeUndefined();
  images.renew('a.png');
  images.renew('never shown.png');
  expect(answers).toHaveLength(2);
  answers[1]?.(new Blob([]));
  await new Promise((resolve) => setImmediate(resolve));
  expect(images.url('a.png')).toBe('blob:1');
  answers[0]?.(new Blob([]));
  await new Promise((resolve) => setImmediate(resolve));
  expect(images.url('a.png')).toBe('blob:1');
  expect(revoked).toEqual(['blob:2']);
  images.dispose();
  expect(revoked).toEqual(['blob:2', 'blob:1']);
});
