/** A line of a watch holds one object; etcd takes no larger one than a few MiB. */
const longestLine = 16 * 2 ** 20;

/** The lines of a stream, without the empty ones. Bytes are only decoded when their line is complete. */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      parts.push(chunk.subarray(from, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      size = 0;
      from = end + 1;
      if (line.trim() !== '') yield line;
    }
    if (from === chunk.length) continue;
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > longestLine) throw new RangeError('a line of the answer is too long');
  }
  // A line that is cut off is worth nothing.
}
