import { TidemarkError } from '../model/errors.ts';
import { nearestWord } from '../model/nearest-word.ts';
import type { Flag } from './flags.ts';

/** What can be turned on and off in the manner of Flux's controllers. */
export interface FeatureGates {
  /** An object may name the service account whose identity a cloud is shown. */
  readonly objectLevelWorkloadIdentity: boolean;
}

const honoured = 'ObjectLevelWorkloadIdentity';

/** Gates of Flux that have nothing to turn here. */
const pointless: Readonly<Record<string, string>> = {
  CacheSecretsAndConfigMaps: 'Secrets are read when they are needed, and none is kept',
  FluxStorage: 'tags are kept in SQLite',
  GitForcePushBranch: 'a push branch is continued where it is, and pushed by compare-and-swap',
  GitShallowClone: 'repositories are mirrored, and fetched from where they were',
  GitAllBranchReferences: 'only the branches that are needed are fetched',
  GitSparseCheckout: 'files are read out of a mirror, and none is checked out',
};

/** `--feature-gates Name=true,Other=false`. */
export const featureGatesFlag: Flag<FeatureGates> = {
  spec: '--feature-gates <gates>',
  help: `features that are off by default, as NAME=true: ${honoured}`,
  repeatable: false,
  words: [`${honoured}=true`],
  read: (raw) => {
    const gates = new Map(typeof raw === 'string' ? raw.split(',').filter(Boolean).map(parseGate) : []);
    return { objectLevelWorkloadIdentity: gates.get(honoured) ?? false };
  },
};

function parseGate(text: string): readonly [name: string, on: boolean] {
  const [name = '', value = ''] = text.split('=').map((part) => part.trim());
  const refuse = (what: string): never => {
    throw new TidemarkError('UsageError', `--feature-gates: ${what}`);
  };
  const reason = pointless[name];
  if (reason !== undefined) refuse(`${name} has nothing to turn here: ${reason}`);
  if (name !== honoured) {
    const near = nearestWord(name, [honoured]);
    refuse(
      `there is no gate '${name}'${near === undefined ? `; there is ${honoured}` : `, did you mean ${near}?`}`,
    );
  }
  if (!/^(true|false)$/i.test(value)) refuse(`${name} takes true or false, as ${name}=true`);
  return [name, value.toLowerCase() === 'true'];
}
