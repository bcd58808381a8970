/** A GitHub App as a Secret names it. */
export interface GithubApp {
  /** Digits. */
  readonly appId: string;
  /** PEM, PKCS#1 or PKCS#8. */
  readonly privateKey: string;
  /** Whose installation: an organization or a user by name, or the installation by number. */
  readonly installation: { readonly owner: string } | { readonly id: string };
  /** `https://api.github.com` when absent. Used as it is written. */
  readonly baseUrl?: string;
}
