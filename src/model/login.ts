/** What a server wants to see. */
export type Login =
  | {
      readonly type: 'basic';
      readonly username: string;
      readonly password: string;
      /** Why the server will refuse to be written to, when that is known beforehand. */
      readonly lacks?: string;
    }
  | { readonly type: 'bearer'; readonly token: string };

/** A login that is obtained when it is needed, and again before it ends. */
export interface LoginSource {
  /** Names the whole identity behind the logins: part of every cache key. Stays the same when a login is renewed. Holds no secret. */
  readonly identity: string;
  /** The login to show now. Throws `LoginFailed`, whose message holds no secret, and `Aborted`. */
  login(signal: AbortSignal): Promise<Login>;
  /** The server did not take this login although it should still be good: it is never served again. */
  refuse(login: Login): void;
}
