/** What became of one ref, as `git push --porcelain` prints it. */
export interface PushedRef {
  /** ` ` fast-forward, `+` forced, `*` new, `-` deleted, `=` already there, `!` refused. */
  readonly flag: string;
  readonly ref: string;
  /** Who refused it: the server, or our own git before anything was sent. */
  readonly refusedBy?: 'server' | 'client';
  /** Why it was refused, in the words of whoever refused it. */
  readonly reason: string;
}

const line = /^([ +*=!-])\t([^\t]*)\t(.*)$/;

/** Reads the standard output of `git push --porcelain`. */
export function parsePushReport(stdout: string): readonly PushedRef[] {
  return stdout.split('\n').flatMap((text) => {
    const [, flag, pair, summary] = line.exec(text) ?? [];
    if (flag === undefined || pair === undefined || summary === undefined) return [];
    const ref = pair.slice(pair.lastIndexOf(':') + 1);
    const reason = /\((.*)\)$/.exec(summary)?.[1] ?? '';
    if (flag !== '!') return [{ flag, ref, reason }];
    return [{ flag, ref, reason, refusedBy: summary.startsWith('[remote') ? 'server' : 'client' }];
  });
}

/** What hooks and the server wrote for people: the lines after `remote: `, joined, at most 300 characters. */
export function remoteWords(stderr: string): string {
  const words = stderr
    .split(/[\n\r]/)
    .flatMap((text) => (text.startsWith('remote: ') ? [text.slice('remote: '.length).trim()] : []))
    .filter((text) => text !== '' && !text.startsWith('error: hook declined'))
    .join('; ');
  return words.length > 300 ? `${words.slice(0, 300)}...` : words;
}
