const header = /^gpgsig(?:-sha256)? /;

/** Takes the signature out of a commit object. What is left are the bytes that were signed. */
export function splitSignedCommit(commit: Buffer): { readonly payload: Buffer; readonly signature?: string } {
  const end = commit.indexOf('\n\n');
  const head = commit.toString('latin1', 0, end < 0 ? commit.length : end).split('\n');
  const kept: string[] = [];
  const signature: string[] = [];
  let inside = false;
  for (const line of head) {
    inside = header.test(line) || (inside && line.startsWith(' '));
    if (inside) signature.push(line.replace(header, '').replace(/^ /, ''));
    else kept.push(line);
  }
  if (signature.length === 0) return { payload: commit };
  const rest = end < 0 ? Buffer.alloc(0) : commit.subarray(end);
  const payload = Buffer.concat([Buffer.from(kept.join('\n'), 'latin1'), rest]);
  return { payload, signature: `${signature.join('\n')}\n` };
}
