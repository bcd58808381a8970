import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { imageRepository } from '../../test/builders/image-repository.ts';
import { noLogins } from '../../test/builders/no-logins.ts';
import { secret } from '../../test/builders/secret.ts';
import type { Secret } from '../api/secret.ts';
import type { CloudIdentity } from '../login/ports.ts';
import { type ErrorCode, TidemarkError } from '../model/errors.ts';
import { parseImageName } from '../model/image-ref.ts';
import type { Keychain } from '../pipeline/scan/keychain.ts';
import { findCredential } from '../pipeline/scan/keychain.ts';
import type { AccessSources } from './registry-access.ts';
import { registryAccess } from './registry-access.ts';

const dockerConfig = (password: string): string =>
  JSON.stringify({ auths: { 'registry.example.com': { username: 'puller', password } } });

/** A pull secret with a password that says where it came from. */
function pullSecret(name: string, more: Readonly<Record<string, string>> = {}): Secret {
  return secret(
    name,
    { '.dockerconfigjson': dockerConfig(`from ${name}`), ...more },
    { type: 'kubernetes.io/dockerconfigjson' },
  );
}

/** What would be sent to the registry. */
function password({ keychain }: { readonly keychain: Keychain }): string | undefined {
  const { basic } = findCredential(keychain, image) ?? {};
  return basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':')[1];
}

function sources(
  secrets: readonly Secret[],
  accounts?: Readonly<Record<string, readonly string[]>>,
): AccessSources {
  const get = async (_kind: string, { name }: { readonly name: string }): Promise<Secret | undefined> =>
    secrets.find(({ metadata }) => metadata.name === name);
  const store = { get } as unknown as AccessSources['store'];
  const logins = noLogins;
  if (accounts === undefined) return { store, logins, objectLevelIdentity: false };
  return {
    store,
    logins,
    objectLevelIdentity: true,
    accounts: {
      get: async ({ name }) => {
        const pullSecrets = accounts[name];
        return pullSecrets === undefined ? undefined : { annotations: {}, pullSecrets };
      },
      requestToken: async () => 'token',
    },
  };
}

const image = parseImageName('registry.example.com/app');

test('one Secret may hold certificate and credentials', async () => {
  const ca = readFileSync(new URL('../../test/golden/tls/ca.crt', import.meta.url), 'utf8');
  const both = { secretRef: { name: 'both' }, certSecretRef: { name: 'both' } };
  const access = await registryAccess(
    imageRepository({ spec: both }),
    sources([pullSecret('both', { 'ca.crt': ca })]),
  );
  assert.equal(access.tls?.ca, ca);
  assert.equal(password(access), 'from both');
});

test('the Secret that the object names comes before those of its service account', async () => {
  const spec = { secretRef: { name: 'own' }, serviceAccountName: 'puller' };
  const all = [pullSecret('own'), pullSecret('first'), pullSecret('second')];
  const access = await registryAccess(
    imageRepository({ spec }),
    sources(all, { puller: ['first', 'second'] }),
  );
  assert.equal(password(access), 'from own');
  const without = await registryAccess(
    imageRepository({ spec: { serviceAccountName: 'puller' } }),
    sources(all, { puller: ['first', 'second'] }),
  );
  assert.equal(password(without), 'from first');
});

test('what is missing is named as Flux names it', async () => {
  const named = (spec: object, from: AccessSources): Promise<unknown> =>
    registryAccess(imageRepository({ spec }), from);
  await assert.rejects(named({ secretRef: { name: 'nope' } }, sources([])), {
    message: 'secrets "nope" not found',
  });
  await assert.rejects(named({ serviceAccountName: 'nobody' }, sources([], {})), {
    message: "serviceaccount 'apps/nobody' not found",
  });
  await assert.rejects(named({ serviceAccountName: 'puller' }, sources([], { puller: ['gone'] })), {
    message: "failed to get image pull secret for serviceaccount 'apps/puller': secret 'apps/gone' not found",
  });
});

test('an account is refused where there is no cluster, and a cloud identity of its own until the gate is on', async () => {
  await assert.rejects(registryAccess(imageRepository({ spec: { serviceAccountName: 'x' } }), sources([])), {
    code: 'FeatureUnsupported',
    message: /not supported without a cluster/,
  });
  const spec = { provider: 'aws', serviceAccountName: 'x' } as const;
  await assert.rejects(registryAccess(imageRepository({ spec }), sources([])), {
    code: 'FeatureUnsupported',
    message: /names an account of a cluster/,
  });
  const gateOff = { ...sources([], { x: [] }), objectLevelIdentity: false };
  await assert.rejects(registryAccess(imageRepository({ spec }), gateOff), {
    code: 'FeatureUnsupported',
    message: /enable the ObjectLevelWorkloadIdentity feature gate/,
  });
});

test('a cloud gives the login for the account that the object names, or that is the default', async () => {
  const seen: CloudIdentity[] = [];
  const logins = {
    ...noLogins,
    registry: (_image: string, identity: CloudIdentity) => {
      seen.push(identity);
      return { identity: 'it', login: async () => assert.fail(), refuse: () => undefined };
    },
  };
  const cluster = { ...sources([], { own: [], usual: [] }), logins };
  const named = { provider: 'aws', serviceAccountName: 'own' } as const;
  const access = await registryAccess(imageRepository({ spec: named }), cluster);
  assert.deepEqual([access.login?.identity, access.keychain.entries], ['it', []]);
  const spec = { provider: 'aws' } as const;
  await registryAccess(imageRepository({ spec }), { ...cluster, defaultServiceAccount: 'usual' });
  await registryAccess(imageRepository({ spec }), cluster);
  assert.deepEqual(
    seen.map(({ account }) => account?.name),
    ['own', 'usual', undefined],
  );
});

test('an account that is missing is told when the login is wanted, as all that is wrong with one', async () => {
  const spec = { provider: 'gcp', serviceAccountName: 'gone' } as const;
  const { login } = await registryAccess(imageRepository({ spec }), sources([], {}));
  await assert.rejects(login?.login(AbortSignal.timeout(60_000)) ?? Promise.resolve(), {
    code: 'LoginFailed',
    message: /failed to get service account 'apps\/gone': serviceaccounts "gone" not found/,
  });
});

test('a token of an account that the cluster does not give is told with what to do, as a failed login', async () => {
  const logins = {
    ...noLogins,
    registry: (_image: string, { account }: CloudIdentity) => ({
      identity: 'it',
      login: async (signal: AbortSignal) =>
        ({
          type: 'bearer',
          token: (await account?.requestToken('sts.amazonaws.com', signal)) ?? '',
        }) as const,
      refuse: () => undefined,
    }),
  };
  const spec = { provider: 'aws', serviceAccountName: 'own' } as const;
  const failing = async (code: ErrorCode): Promise<unknown> => {
    const from = { ...sources([], { own: [] }), logins };
    const accounts = {
      get: async () => ({ annotations: {}, pullSecrets: [] }),
      requestToken: async () => {
        throw new TidemarkError(code, 'not allowed to create serviceaccounts/token in namespace "apps"');
      },
    };
    const { login } = await registryAccess(imageRepository({ spec }), { ...from, accounts });
    return login?.login(AbortSignal.timeout(60_000));
  };
  await assert.rejects(failing('ClusterForbidden'), {
    code: 'LoginFailed',
    message:
      /^failed to create kubernetes token for service account 'apps\/own': not allowed to create serviceaccounts\/token in namespace "apps"; to let .* apply the component deploy\/components\/object-level-identity/,
  });
  await assert.rejects(failing('ClusterUnreachable'), { code: 'LoginFailed', message: /"apps"$/ });
  await assert.rejects(failing('Aborted'), { code: 'Aborted' });
});

test('credentials of the user serve objects that name none, and those only', async () => {
  const lazy = { identity: 'user', find: async () => ({ origin: 'home' }), refuse: () => undefined };
  const asked: string[] = [];
  const ambient = {
    for: ({ canonical }: { readonly canonical: string }) => {
      asked.push(canonical);
      return lazy;
    },
  };
  const of = (spec: object, accounts?: Readonly<Record<string, readonly string[]>>) =>
    registryAccess(imageRepository({ spec }), { ...sources([pullSecret('pull')], accounts), ambient });
  const named = imageRepository().spec.image;
  assert.equal((await of({})).ambient, lazy);
  assert.deepEqual(asked, [parseImageName(named).canonical]);
  assert.equal((await of({ secretRef: { name: 'pull' } })).ambient, undefined);
  assert.equal((await of({ serviceAccountName: 'x' }, { x: [] })).ambient, undefined);
  // The clouds have credentials of their own.
  await assert.rejects(of({ provider: 'aws' }), /no login is wanted here/);
  assert.equal(asked.length, 1);
});

test('another version of a Secret is another identity, so that no cache serves the old credentials', async () => {
  const spec = { secretRef: { name: 'pull' } };
  const at = (resourceVersion: string): Secret => {
    const pull = pullSecret('pull');
    return { ...pull, metadata: { ...pull.metadata, resourceVersion } };
  };
  const [one, two] = await Promise.all(
    ['1', '2'].map((version) => registryAccess(imageRepository({ spec }), sources([at(version)]))),
  );
  assert.notEqual(one?.identity, two?.identity);
});
