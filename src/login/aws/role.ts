import { TidemarkError } from '../../model/errors.ts';

const annotation = 'eks.amazonaws.com/role-arn';
const pattern = String.raw`^arn:aws[\w-]*:iam::[0-9]{1,30}:role/.{1,200}$`;

/** Whom the token of a service account has to be for. */
export const tokenAudience = 'sts.amazonaws.com';

const longestSessionName = 64;

/** The role that a service account stands for. Throws `LoginFailed`, in Flux's words. */
export function roleOf(annotations: Readonly<Record<string, string>>): string {
  const arn = annotations[annotation] ?? '';
  if (new RegExp(pattern).test(arn)) return arn;
  throw new TidemarkError('LoginFailed', `invalid ${annotation} annotation: '${arn}'. must match ${pattern}`);
}

/** What CloudTrail shows. AWS refuses longer names, so that long names of accounts lose their end. */
export function sessionName(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  region: string,
): string {
  const end = `.${region}.fluxcd.io`;
  return `${`${name}.${namespace}`.slice(0, longestSessionName - end.length)}${end}`;
}
