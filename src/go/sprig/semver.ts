import { parseConstraint, parseVersion, SemverError } from '../semver.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import { FunctionError } from '../template/run.ts';
import { versionPointer } from './semver-type.ts';

/** Semantic versions. */
export const semver: FunctionTable = {
  semver: define(['string'], 'any', ([text]) => versionPointer(orFail(() => parseVersion(text)))),
  semverCompare: define(['string', 'string'], 'bool', ([constraint, version], { budget }) => {
    budget.spend(STEPS_PER_CONSTRAINT);
    return orFail(() => parseConstraint(constraint).check(parseVersion(version)));
  }),
};

const STEPS_PER_CONSTRAINT = 100;

function orFail<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SemverError) throw new FunctionError(error.message, { cause: error });
    throw error;
  }
}
