export type SshKeyProblem =
  /** It is the public half, or a certificate. */
  | 'public-key'
  | 'passphrase-missing'
  | 'passphrase-wrong'
  /** No private key at all, or a damaged one. */
  | 'unreadable'
  /** A private key of a type, curve or encryption that is not taken. */
  | 'unsupported';

/** A private key cannot be used. The message goes on after the name of what holds the key: `key 'identity'` `is a public key; ...`. Nothing in it is secret. */
export class SshKeyError extends Error {
  readonly problem: SshKeyProblem;

  constructor(problem: SshKeyProblem, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SshKeyError';
    this.problem = problem;
  }
}
