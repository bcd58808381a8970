import type { GitRef, GitRepository } from '../../api/git-repository.ts';
import type { ImageUpdateAutomation } from '../../api/image-update-automation.ts';
import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { formatKey } from '../../model/object-key.ts';
import type { TrustedKeys } from '../../pipeline/publish/ports.ts';

/** What `spec.verify` of a GitRepository means for an automation that writes there. */
export interface Verification {
  /** The commit that is checked out must be signed by one of the keys in this Secret, of the GitRepository's namespace. */
  readonly secret?: string;
  /** What of it is not looked at, and why: for people. */
  readonly gap?: string;
}

/** Works out which part of `spec.verify` a writer can honour: its promise is about the GitRepository's own ref. */
export function planVerification({ spec }: ImageUpdateAutomation, repository: GitRepository): Verification {
  const { verify, ref } = repository.spec;
  if (verify === undefined) return {};
  const whose = `spec.verify of GitRepository '${formatKey(repository.metadata)}'`;
  const own = spec.git?.checkout?.ref;
  if (own !== undefined && !sameRef(own, ref ?? {}))
    return { gap: `${whose} is not applied: this automation has a checkout ref of its own` };
  if (verify.mode === 'Tag')
    return { gap: `${whose} is not applied: its mode Tag is about tags, and not about the commit` };
  const secret = verify.secretRef.name;
  if (verify.mode !== 'TagAndHEAD') return { secret };
  return { secret, gap: `${whose} is applied to the commit alone: tags are not verified` };
}

/** All keys of the Secret that the verification names. */
export function trustedKeys(secret: Pick<Secret, 'metadata' | 'data'>): TrustedKeys {
  const keys = Object.keys(secret.data).map((name) => ({
    name,
    text: secretValue(secret, name)?.toString('utf8') ?? '',
  }));
  return { secret: formatKey(secret.metadata), keys };
}

function sameRef(left: GitRef, right: GitRef): boolean {
  const fields = ['branch', 'tag', 'semver', 'name', 'commit'] as const;
  return fields.every((field) => (left[field] ?? '') === (right[field] ?? ''));
}
