import type { RequestListener } from 'node:http';
import { FakeRegistry } from '../fakes/registry/fake-registry.ts';
import { handle } from '../fakes/registry/handler.ts';

/** A registry that takes one user name, with the password that a cloud gave last. */
export function registryBehind(
  username: string,
  password: () => string,
): { readonly registry: FakeRegistry; readonly listener: RequestListener } {
  const access = {
    kind: 'token' as const,
    username,
    get password(): string {
      return password();
    },
  };
  const registry = new FakeRegistry({ access });
  const listener: RequestListener = (request, response) => {
    handle(registry, request, response).catch(() => response.destroy());
  };
  return { registry, listener };
}
