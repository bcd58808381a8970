/** What signs a request to AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** There when the credentials end. */
  readonly sessionToken?: string | undefined;
}
