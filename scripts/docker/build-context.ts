/** Tells what of a folder a container build gets to see, by the rules of a .dockerignore: the last line that matches decides. */
export function buildContext(ignore: string): (path: string) => boolean {
  const rules = ignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      takes: line.startsWith('!'),
      pattern: line.replace(/^!/, '').replace(/^\/|\/$/g, ''),
    }));
  return (path) => {
    let isSeen = true;
    for (const { takes, pattern } of rules) if (matches(path, pattern)) isSeen = takes;
    return isSeen;
  };
}

/** A rule for a folder is one for everything in it. */
function matches(path: string, pattern: string): boolean {
  const parts = path.split('/');
  const shape = new RegExp(`^${pattern.split('**/').map(within).join('(?:.*/)?')}$`);
  return parts.some((_, index) => shape.test(parts.slice(0, index + 1).join('/')));
}

/** A part of a pattern without `**`. Unlike in a shell, `*` stands for names that begin with a dot too. */
function within(pattern: string): string {
  return pattern
    .split('*')
    .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('[^/]*');
}
