/** Changing every node of a tree, wherever it stands: what pandoc's filters came back with has all of its shapes. */

export interface Node {
  t: string;
  c?: unknown;
}

/** `change` sees children first and gives the node, another one, or several in its place. */
export function mapNodes<T>(tree: T, change: (node: Node) => Node | Node[]): T {
  return mapped(tree, change) as T;
}

function mapped(tree: unknown, change: (node: Node) => Node | Node[]): unknown {
  if (Array.isArray(tree))
    return tree.flatMap((one) => (isNode(one) ? changed(one, change) : [mapped(one, change)]));
  if (isNode(tree)) {
    const made = changed(tree, change);
    if (made.length !== 1) throw new Error(`a ${tree.t} that stands alone stays one node`);
    return made[0];
  }
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, mapped(value, change)]));
}

function changed(node: Node, change: (node: Node) => Node | Node[]): Node[] {
  const made = change('c' in node ? { ...node, c: mapped(node.c, change) } : node);
  return Array.isArray(made) ? made : [made];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 't' in value && typeof value.t === 'string';
}

/** Every node, in the order of the text. */
export function* nodesOf(tree: unknown): Generator<Node> {
  if (Array.isArray(tree)) for (const one of tree) yield* nodesOf(one);
  else if (typeof tree === 'object' && tree !== null) {
    if (isNode(tree)) yield tree;
    for (const value of Object.values(tree)) if (typeof value === 'object') yield* nodesOf(value);
  }
}

/** The text of a tree, without marks. */
export function textOf(tree: unknown): string {
  let text = '';
  for (const { t, c } of nodesOf(tree)) {
    if (t === 'Str' && typeof c === 'string') text += c;
    else if (t === 'Space' || t === 'SoftBreak' || t === 'LineBreak') text += ' ';
  }
  return text;
}
