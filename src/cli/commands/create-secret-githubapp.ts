import { TidemarkError } from '../../model/errors.ts';
import type { CliDeps } from '../deps.ts';
import { required } from '../create-object.ts';
import { type FlagValues, text } from '../flags.ts';
import type { Output } from '../output.ts';
import { readAuthority } from '../secrets/read-authority.ts';
import { readPrivateKey } from '../secrets/pem.ts';
import { secretCommand } from '../secrets/secret-command.ts';
import { readOnce, readPemFile } from '../secrets/secret-text.ts';

const flags = {
  appId: text('--app-id <id>', 'App ID, as the settings of the App show it; required'),
  appInstallationOwner: text(
    '--app-installation-owner <name>',
    'organization or user that has installed the App; this or the installation ID',
  ),
  appInstallationId: text('--app-installation-id <id>', 'ID of the installation'),
  appPrivateKey: text(
    '--app-private-key <file>',
    'private key of the App in PEM, "-" for standard input; required',
  ),
  appBaseUrl: text(
    '--app-base-url <url>',
    'address of the API of a GitHub Enterprise Server: https://HOST/api/v3',
  ),
  caCrtFile: text('--ca-crt-file <file>', 'authority to trust beside those of the system'),
};

export const createSecretGithubApp = secretCommand({
  noun: 'githubapp',
  summary: 'Create a Secret for a GitHub App, for Git repositories with provider github',
  flags,
  examples: [
    'tidemark create secret githubapp fleet-write --app-id=1 --app-installation-owner=acme --app-private-key=key.pem',
  ],
  draft: async (given, deps, out) => {
    const appId = required(given.appId, 'the App ID is required (--app-id)');
    const file = required(given.appPrivateKey, 'the private key is required (--app-private-key)');
    readOnce([file, given.caCrtFile]);
    checkIds(given, out);
    checkBaseUrl(given.appBaseUrl, out);
    return {
      type: 'Opaque',
      stringData: {
        githubAppID: appId,
        ...(given.appInstallationOwner && { githubAppInstallationOwner: given.appInstallationOwner }),
        ...(given.appInstallationId && { githubAppInstallationID: given.appInstallationId }),
        githubAppPrivateKey: await readAppKey(file, deps),
        ...(given.appBaseUrl && { githubAppBaseURL: given.appBaseUrl }),
        ...(await readAuthority(given.caCrtFile, deps, out)),
      },
    };
  },
});

async function readAppKey(file: string, deps: CliDeps): Promise<string> {
  const key = await readPemFile(file, deps);
  const where = `--app-private-key ${file}`;
  const { asymmetricKeyType: type } = readPrivateKey(
    { where, text: key },
    'which the settings of the App give out as a .pem file (Private keys, Generate a private key)',
  );
  if (type === 'rsa') return key;
  throw new TidemarkError(
    'UsageError',
    `${where} is a key of type ${type ?? 'unknown'}: GitHub gives RSA keys to its Apps`,
  );
}

function checkIds(given: FlagValues<typeof flags>, out: Output): void {
  const { appId = '', appInstallationOwner: owner = '', appInstallationId: installation = '' } = given;
  if ((owner === '') === (installation === '')) {
    throw new TidemarkError(
      'UsageError',
      'exactly one of --app-installation-owner and --app-installation-id must be given',
    );
  }
  if (installation !== '' && !/^\d+$/.test(installation)) {
    throw new TidemarkError(
      'UsageError',
      `--app-installation-id takes a number, which stands at the end of the installation's address, got "${installation}"`,
    );
  }
  if (!/^\d+$/.test(appId))
    out.say('warning', `--app-id is a number on the settings page of the App, and "${appId}" is none`);
}

function checkBaseUrl(text: string | undefined, out: Output): void {
  if (text === undefined) return;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw new TidemarkError(
      'UsageError',
      `--app-base-url takes an address such as https://github.example.com/api/v3, got "${text}"`,
    );
  }
  if (url.protocol === 'http:')
    out.say('warning', '--app-base-url is not encrypted: tokens will travel in the clear');
  const isCloud = /(^|\.)api\./.test(url.hostname);
  if (!isCloud && !/^\/api\/v3\/?$/.test(url.pathname))
    out.say(
      'warning',
      `--app-base-url is used as it is: a GitHub Enterprise Server wants ${url.origin}/api/v3`,
    );
}
