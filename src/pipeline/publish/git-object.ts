import { createHash } from 'node:crypto';

/** The hash that a repository names its objects by. */
export type ObjectFormat = 'sha1' | 'sha256';
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** One line of a tree, in the order of the tree. */
export interface TreeEntry {
  /** Octal, as it stands in the tree: `40000`, `100644`, `100755`, `120000`, `160000`. */
  readonly mode: string;
  /** latin1 of the bytes. */
  readonly name: string;
  readonly id: string;
}

/** An object that is about to be written. */
export interface NewObject {
  readonly id: string;
  readonly type: ObjectType;
  readonly body: Buffer;
}

export interface CommitFields {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly time: Date;
  readonly message: string;
}

const NUL = 0;
const SPACE = 32;

export const modes = { folder: '40000', link: '120000', submodule: '160000' } as const;

/** The format whose ids have the length of this one. */
export function formatOfId(id: string): ObjectFormat {
  return id.length === 64 ? 'sha256' : 'sha1';
}

/** True for a whole object id, of either format. */
export function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** The bytes that are hashed and stored: a header and the body. */
export function frameObject(type: ObjectType, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${type} ${body.length}\0`, 'latin1'), body]);
}

/** The name of an object. */
export function objectId(format: ObjectFormat, type: ObjectType, body: Buffer): string {
  return createHash(format).update(`${type} ${body.length}\0`).update(body).digest('hex');
}

/** Reads a tree. Throws when it is cut off. */
export function parseTree(body: Buffer, format: ObjectFormat): readonly TreeEntry[] {
  const idLength = format === 'sha1' ? 20 : 32;
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(SPACE, at);
    const nul = body.indexOf(NUL, space);
    const end = nul + 1 + idLength;
    if (space < 0 || nul < 0 || end > body.length) throw new Error('the tree object is cut off');
    entries.push({
      mode: body.toString('latin1', at, space),
      name: body.toString('latin1', space + 1, nul),
      id: body.toString('hex', nul + 1, end),
    });
    at = end;
  }
  return entries;
}

/** Writes a tree, in the order given. */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} ${name}\0`, 'latin1'),
      Buffer.from(id, 'hex'),
    ]),
  );
}

/** The tree of a commit, and when it was committed, in seconds. */
export function parseCommit(body: Buffer): { readonly tree: string; readonly committed: number } {
  const end = body.indexOf('\n\n');
  const head = body.toString('latin1', 0, end < 0 ? body.length : end);
  const tree = /^tree ([0-9a-f]+)$/m.exec(head)?.[1];
  if (tree === undefined) throw new Error('the commit object has no tree');
  return { tree, committed: Number(/^committer .*> (-?\d+)/m.exec(head)?.[1] ?? 0) };
}

/** Writes a commit whose author is also the committer, in UTC. The message is written byte for byte. */
export function encodeCommit({ tree, parents, author, time, message }: CommitFields): Buffer {
  const seconds = Math.floor(time.getTime() / 1000);
  const who = `${personal(author.name)} <${personal(author.email)}> ${seconds} +0000`;
  const lines = [`tree ${tree}`, ...parents.map((id) => `parent ${id}`), `author ${who}`, `committer ${who}`];
  return Buffer.from(`${lines.join('\n')}\n\n${message}`, 'utf8');
}

/** The same commit with an armored signature in its header. */
export function signCommit(commit: Buffer, signature: string, format: ObjectFormat): Buffer {
  const header = format === 'sha1' ? 'gpgsig' : 'gpgsig-sha256';
  const folded = signature.replace(/\n+$/, '').replaceAll('\n', '\n ');
  const end = commit.indexOf('\n\n');
  return Buffer.concat([
    commit.subarray(0, end),
    Buffer.from(`\n${header} ${folded}`, 'utf8'),
    commit.subarray(end),
  ]);
}

/** What would break the line of a person is left out, as Flux does. */
function personal(text: string): string {
  return text.replaceAll(/[<>\n\0]/g, '');
}
