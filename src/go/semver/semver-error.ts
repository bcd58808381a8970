/** A version or range that Masterminds/semver would refuse. The message is that library's. */
export class SemverError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SemverError';
  }
}
