import type { Login, LoginSource } from '../../../model/login.ts';
import type { Credential } from '../docker-config.ts';
import type { FoundCredential, LazyCredential } from '../ports.ts';

/** What a session shows: a credential that stays the same, a login that ends, or what the user's own docker has. */
export class ShownCredential {
  readonly #ambient: LazyCredential | undefined;
  #credential: Credential | undefined;
  /** Where the credential came from, when it does not stay the same. */
  #login: { readonly source: LoginSource; readonly shown: Login } | undefined;
  /** Obtained because the one before was forbidden something: if it is too, then not because it has ended. */
  #trusted: Login | undefined;
  #found: FoundCredential | undefined;

  constructor(credential: Credential | undefined, ambient: LazyCredential | undefined) {
    this.#credential = credential;
    this.#ambient = credential === undefined ? ambient : undefined;
  }

  /** What there is at hand; undefined to go anonymously. */
  get now(): Credential | undefined {
    return this.#credential;
  }

  /** The login that is shown, if it is one. */
  get login(): Login | undefined {
    return this.#login?.shown;
  }

  /** Whether what is forbidden to this login may be so because it has ended. */
  doubts(login: Login | undefined): boolean {
    return login !== this.#trusted;
  }

  /** The login at hand has just been obtained. */
  trust(): void {
    this.#trusted = this.#login?.shown;
  }

  /** For messages: where it comes from, or why there is none. */
  get found(): FoundCredential | undefined {
    return this.#found;
  }

  /** Nothing is shown to a registry that does not ask. */
  get isLazy(): boolean {
    return this.#ambient !== undefined;
  }

  /** Gets a login at hand, before requests that are to show it. Throws `LoginFailed`. */
  async prepare(source: LoginSource, signal: AbortSignal): Promise<void> {
    const shown = await source.login(signal);
    this.#login = { source, shown };
    this.#credential = credentialOf(shown);
  }

  /** The registry asks: what is there to show? */
  async obtain(signal: AbortSignal): Promise<Credential | undefined> {
    if (this.#ambient) {
      this.#found = await this.#ambient.find(signal);
      this.#credential = this.#found.credential;
    }
    return this.#credential;
  }

  /** After `refused` was not taken: gets another one. False when there is none, or when it would be the same again. */
  async renew(
    { login, credential }: { readonly login: Login | undefined; readonly credential: Credential | undefined },
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.#login) {
      if (login === undefined) return false;
      // Another request has seen to it meanwhile.
      if (this.#login.shown !== login) return true;
      const { source } = this.#login;
      source.refuse(login);
      await this.prepare(source, signal);
      return true;
    }
    if (!this.#ambient || credential === undefined) return false;
    this.#ambient.refuse();
    return !isSame(credential, await this.obtain(signal));
  }
}

function isSame(one: Credential, other: Credential | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function credentialOf(login: Login): Credential {
  if (login.type === 'bearer') return { registryToken: login.token };
  return { basic: Buffer.from(`${login.username}:${login.password}`).toString('base64') };
}
