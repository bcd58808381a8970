import type { TestContext } from 'node:test';
import { openExchanges, type Exchanges } from '../../src/app/open-exchanges.ts';
import type { AccountIdentity } from '../../src/login/ports.ts';
import type { Refusal } from '../../src/http/guarded-lookup.ts';
import type { TokenIssuer } from '../fakes/tokens/token-issuer.ts';
import { hastyClock, type HastyClock } from './registry-client.ts';

/** The exchanges as the program opens them, with an environment of the test's own, that end with the test. */
export function cloudExchanges(
  t: TestContext,
  environment: Readonly<Record<string, string>>,
  { clock = hastyClock(), refuse }: { readonly clock?: HastyClock; readonly refuse?: Refusal } = {},
): Exchanges {
  const exchanges = openExchanges({
    environment,
    clock,
    userAgent: 'tidemark/test',
    ...(refuse === undefined ? {} : { refuse }),
  });
  t.after(() => exchanges.close());
  return exchanges;
}

/** A service account of a cluster whose tokens `issuer` signs. */
export function accountIdentity(
  issuer: TokenIssuer,
  annotations: Readonly<Record<string, string>>,
  lifetimeSeconds?: number,
): AccountIdentity {
  const [namespace, name] = ['apps', 'web'];
  return {
    namespace,
    name,
    annotations,
    requestToken: async (audience) => issuer.accountToken(audience, `${namespace}/${name}`, lifetimeSeconds),
  };
}
