/** A key that has been read. */
export interface OpenedKey {
  /** Throws `CredentialsInvalid` when the key cannot sign at that time. */
  check(now: Date): Promise<void>;
  /** The armored signature. Throws what `check` does. */
  sign(commit: Buffer, now: Date): Promise<string>;
}
