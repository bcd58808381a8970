import type { Logins } from '../../src/login/ports.ts';

/** For tests in which nothing may ask for a login. */
export const noLogins: Logins = {
  registry: refuse,
  git: refuse,
  githubApp: refuse,
  close: async () => undefined,
};

function refuse(): never {
  throw new Error('no login is wanted here');
}
