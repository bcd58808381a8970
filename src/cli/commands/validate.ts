import { formatProblem } from '../../api/documents.ts';
import { TidemarkError } from '../../model/errors.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { choice, list } from '../flags.ts';
import { plural } from '../plural.ts';

export const validate = defineCommand({
  summary: 'Check every object against its schema',
  description:
    'Reads every object below the paths and says what is wrong with it: file, line, field, and what is allowed.',
  flags: {
    file: list('-f, --file <path>', 'folder or file with objects, "-" for standard input'),
    output: choice('-o, --output <format>', 'how to print problems', ['text', 'json']),
  },
  examples: ['tidemark validate -f clusters/dev', 'kustomize build . | tidemark validate -f -'],
  async run(deps, { flags }, out) {
    const environment = deps.environment['TIDEMARK_FILE'] ?? '';
    const paths = flags.file.length > 0 || environment === '' ? flags.file : [environment];
    if (paths.length === 0)
      throw new TidemarkError('UsageError', 'say what to check, with -f or TIDEMARK_FILE');
    const input = paths.includes('-') ? await deps.stdin.read() : undefined;
    const { objects, problems, skipped } = (await deps.tools()).definedObjects(paths, input);
    if (flags.output === 'json') out.json({ problems, objects: objects.length, skipped: skipped.length });
    else for (const problem of problems) out.data(`${formatProblem(problem)}\n`);
    for (const { file, line, kind, name, reason } of skipped) {
      out.whenVerbose(
        `${file}:${line}: skipped ${[kind, name].filter((word) => word !== '').join(' ')}: ${reason}`,
      );
    }
    const other =
      skipped.length === 0 ? '' : `, ${plural(skipped.length, 'document')} of other kinds skipped`;
    if (problems.length > 0) {
      out.say(
        'failed',
        `${plural(problems.length, 'problem')}, ${plural(objects.length, 'valid object')}${other}`,
      );
      return exitCodes.no;
    }
    out.say(objects.length === 0 ? 'warning' : 'done', `${plural(objects.length, 'valid object')}${other}`);
    return exitCodes.done;
  },
});
