import { formatProblem } from '../api/documents.ts';
import type { Home } from '../app/home.ts';
import { clusterFlags } from './cluster-flags.ts';
import type { CliDeps } from './deps.ts';
import { type FlagValues, list, text, toggle } from './flags.ts';
import type { Output } from './output.ts';

/** Which home a command works on: files, or else a cluster. */
export const homeFlags = {
  file: list('-f, --file <path>', 'folder or file with objects, "-" for standard input (or TIDEMARK_FILE)'),
  state: text(
    '--state <dir>',
    'where their state is kept (or TIDEMARK_STATE; default: .tidemark beside the first path)',
  ),
  secrets: text('--secrets <dir>', 'Secrets as files, <namespace>/<name>/<key>'),
  ...clusterFlags,
};

/** Of commands that may have to scan registries themselves, when no `tidemark run` does. */
export const ambientFlag = {
  noAmbientCredentials: toggle(
    '--no-ambient-credentials',
    "do not use the credentials of the user's docker for objects in files that name none",
  ),
};

/** How many problems of the files are told; `validate` tells them all. */
const fewProblems = 5;

/** Opens the home for as long as `use` takes, and says what is wrong with its files. */
export async function withHome<T>(
  deps: CliDeps,
  { flags, out }: { readonly flags: FlagValues<typeof homeFlags>; readonly out: Output },
  use: (home: Home) => Promise<T>,
): Promise<T> {
  const home = await deps.openHome(flags);
  try {
    tellProblems(home, out);
    return await use(home);
  } finally {
    await home.close();
  }
}

function tellProblems(home: Home, out: Output): void {
  const problems = home.problems();
  for (const problem of problems.slice(0, fewProblems)) out.say('warning', formatProblem(problem));
  if (problems.length > fewProblems)
    out.detail(`and ${problems.length - fewProblems} more: tidemark validate shows them all`);
  for (const { file, line, kind, name, reason } of home.skipped()) {
    out.whenVerbose(
      `${file}:${line}: skipped ${[kind, name].filter((word) => word !== '').join(' ')}: ${reason}`,
    );
  }
}
