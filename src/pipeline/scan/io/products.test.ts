/** Each product has its own way of giving out tokens, turning pages and saying no. What is known of them is in docs/registries.md. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { access, forever, keychain, registryClient } from '../../../../test/builders/registry-client.ts';
import type { ProductProfile } from '../../../../test/fakes/registry/products/product-profile.ts';
import { startProduct } from '../../../../test/fakes/registry/products/product-registry.ts';
import type { ProductRegistry } from '../../../../test/fakes/registry/products/product-registry.ts';
import { products } from '../../../../test/fakes/registry/products/profiles.ts';
import type { TidemarkError } from '../../../model/errors.ts';
import { parseImageName } from '../../../model/image-ref.ts';

const account = { username: 'robot$ci', password: 'CANARY-pw' };
const tags = Array.from({ length: 2345 }, (_, index) => `t${String(index).padStart(5, '0')}`);

async function start(t: TestContext, profile: ProductProfile): Promise<ProductRegistry> {
  const registry = await startProduct({
    profile,
    account,
    repositories: {
      'acme/app': tags,
      'acme/full': tags.slice(0, 1000),
      'acme/private': ['1.0.0'],
      'acme/closed': ['1.0.0'],
    },
    hidden: new Set(['acme/app', 'acme/full', 'acme/private', 'acme/missing', 'acme/closed']),
    forbidden: new Set(['acme/closed']),
  });
  t.after(() => registry.close());
  return registry;
}

const list = (t: TestContext, { host }: ProductRegistry, what: string | readonly [string, string]) => {
  const [repository, password] = typeof what === 'string' ? [what] : what;
  const user = password === undefined ? {} : { [host]: { ...account, password } };
  const image = parseImageName(`${host}/${repository}`);
  return registryClient(t).listTags(image, access({ keychain: keychain(user) }), forever());
};

async function failure(listing: Promise<unknown>): Promise<TidemarkError> {
  const error = await listing.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error as TidemarkError,
  );
  assert.doesNotMatch(error.message, /CANARY|[\n<>]/);
  return error;
}

for (const profile of products) {
  const { product } = profile;

  test(`${product}: every tag of every page is read`, async (t) => {
    const registry = await start(t, profile);
    assert.deepEqual(await list(t, registry, ['acme/app', account.password]), tags);
    assert.deepEqual(await list(t, registry, ['acme/full', account.password]), tags.slice(0, 1000));
    assert.deepEqual(await list(t, registry, ['acme/private', account.password]), ['1.0.0']);
  });

  test(`${product}: a repository without credentials, with wrong ones, without the right, or that is not there`, async (t) => {
    const registry = await start(t, profile);
    const { host } = registry;
    const anonymous = await failure(list(t, registry, 'acme/private'));
    assert.match(anonymous.code, /^Registry(?:Unauthorized|Forbidden)$/);
    assert.match(anonymous.message, new RegExp(`no credentials for (?:${host}) were given$`));
    const wrong = await failure(list(t, registry, ['acme/private', 'CANARY-wrong']));
    assert.match(wrong.code, /^Registry(?:Unauthorized|Forbidden)$/);
    assert.match(wrong.message, new RegExp(`the credentials for ${host} were refused$`));
    const closed = await failure(list(t, registry, ['acme/closed', account.password]));
    assert.match(closed.code, /^Registry(?:Unauthorized|Forbidden)$/);
    const says = `the credentials for ${host} were (?:refused|accepted, but do not open acme/closed: .*)$`;
    assert.match(closed.message, new RegExp(says));
    const missing = await failure(list(t, registry, ['acme/missing', account.password]));
    assert.equal(missing.code, 'RegistryNotFound');
  });

  test(`${product}: a proxy's HTML page, an empty body and a throttled moment in between`, async (t) => {
    const registry = await start(t, profile);
    registry.interrupt({ status: 502, text: '<html><body>Bad gateway</body></html>' });
    registry.interrupt({
      status: 429,
      json: { errors: [{ code: 'TOOMANYREQUESTS', message: 'Rate exceeded' }] },
    });
    assert.deepEqual(await list(t, registry, ['acme/private', account.password]), ['1.0.0']);
    registry.interrupt({ status: 200, text: '<!doctype html><title>Sign in</title>' });
    assert.match(
      (await failure(list(t, registry, ['acme/private', account.password]))).message,
      /an HTML page/,
    );
    registry.interrupt({ status: 200, json: { name: 'acme/private', tags: null } });
    assert.deepEqual(await list(t, registry, ['acme/private', account.password]), []);
  });
}
