import type { GitRepository } from '../../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import { TidemarkError } from '../../model/errors.ts';
import type { CheckoutRef, PushTarget } from '../../pipeline/publish/ports.ts';

const defaultBranch = 'master';

/** What to read and where to push. */
export interface Route {
  readonly checkout: CheckoutRef;
  readonly push: PushTarget;
}

/** Works out checkout and push from the automation and its GitRepository. Throws `SourceManagerFailed` without a push branch. */
export function planRoute(
  git: NonNullable<ImageUpdateAutomation['spec']['git']>,
  source: GitRepository,
): Route {
  const ref = git.checkout?.ref ?? source.spec.ref;
  const { branch, refspec, options } = git.push ?? {};
  const extras = {
    ...(refspec === undefined || refspec === '' ? {} : { refspec }),
    ...(options === undefined ? {} : { options }),
  };
  const checkout = ref ?? { branch: defaultBranch };
  if (branch !== undefined && branch !== '') {
    // As in Flux, only the branch field is compared: `name: refs/heads/main` with branch main still counts as another one.
    const switched = branch !== (ref === undefined ? defaultBranch : ref.branch);
    return { checkout, push: { branch, switched, ...extras } };
  }
  if (ref?.branch === undefined || ref.branch === '') {
    throw new TidemarkError(
      'SourceManagerFailed',
      'failed configuring source manager: push spec not provided, and cannot be inferred from .spec.git.checkout.ref or GitRepository .spec.ref',
    );
  }
  return { checkout, push: { branch: ref.branch, switched: false, ...extras } };
}
