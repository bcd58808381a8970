import type { Secret } from '../../api/secret.ts';
import { secretValue } from '../../api/secret.ts';
import { messageOf, TidemarkError } from '../../model/errors.ts';
import { formatKey } from '../../model/object-key.ts';
import { parseAppKey } from './app-key.ts';
import type { GithubApp } from './github-app.ts';

/** Whether a Secret is one of a GitHub App: without one of these keys it is none, as for Flux. */
export function holdsGithubApp(secret: Secret): boolean {
  return ['githubAppID', 'githubAppPrivateKey'].every((key) => secretValue(secret, key) !== undefined);
}

/** The App that a Secret names. Throws `CredentialsInvalid`, in Flux's words as far as there are any. */
export function githubAppFromSecret(secret: Secret): GithubApp {
  const name = formatKey(secret.metadata);
  // Files often end in a line break.
  const text = (key: string): string | undefined => secretValue(secret, key)?.toString('utf8').trim();
  const owner = text('githubAppInstallationOwner');
  const id = text('githubAppInstallationID');
  if ((owner === undefined) === (id === undefined)) {
    throw new TidemarkError(
      'CredentialsInvalid',
      `secret '${name}' must contain exactly one of 'githubAppInstallationOwner' or 'githubAppInstallationID'`,
    );
  }
  const refuse = (problem: string): TidemarkError =>
    new TidemarkError(
      'CredentialsInvalid',
      `failed to configure authentication options: ${problem} (secret '${name}')`,
    );
  const appId = text('githubAppID') ?? '';
  if (!isNumber(appId)) {
    throw refuse(
      "app ID must be provided to use github app authentication: key 'githubAppID' holds no number; it is the App ID of the app's settings, and not the Client ID",
    );
  }
  const privateKey = text('githubAppPrivateKey') ?? '';
  const baseUrl = text('githubAppBaseURL');
  if (baseUrl !== undefined) checkBaseUrl(baseUrl, refuse);
  try {
    parseAppKey(privateKey);
  } catch (error) {
    throw refuse(messageOf(error));
  }
  return {
    appId,
    privateKey,
    installation: installationOf(owner, id, refuse),
    ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
  };
}

function installationOf(
  owner: string | undefined,
  id: string | undefined,
  refuse: (problem: string) => TidemarkError,
): GithubApp['installation'] {
  if (owner !== undefined && owner !== '') return { owner };
  if (id !== undefined && isNumber(id)) return { id };
  const which =
    id === undefined
      ? "key 'githubAppInstallationOwner' is empty"
      : "key 'githubAppInstallationID' holds no number; it is the last part of the address of the installation's settings";
  throw refuse(`app installation owner or ID must be provided to use github app authentication: ${which}`);
}

/** An address with a password in it would be told in errors. */
function checkBaseUrl(baseUrl: string, refuse: (problem: string) => TidemarkError): void {
  if (baseUrl === '') return;
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw refuse("invalid API URL: key 'githubAppBaseURL' holds no https:// address");
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refuse("invalid API URL: key 'githubAppBaseURL' must be host and path alone");
  }
}

/** As Flux reads numbers: 0 is as good as none. */
function isNumber(text: string): boolean {
  return /^\d{1,19}$/.test(text) && !/^0+$/.test(text);
}
