import { text } from '../flags.ts';
import { draftGitSecret } from '../secrets/git-secret.ts';
import { passwordFlags } from '../secrets/password-flags.ts';
import { secretCommand } from '../secrets/secret-command.ts';
import { sshFlags } from '../secrets/ssh-flags.ts';

const flags = {
  url: text('--url <address>', 'address of the repository: https, http or ssh; required'),
  ...passwordFlags,
  bearerToken: text('--bearer-token <text>', 'token for the Bearer scheme; better --bearer-token-file'),
  bearerTokenFile: text('--bearer-token-file <file>', 'file that holds the token, "-" for standard input'),
  caCrtFile: text('--ca-crt-file <file>', 'authority to trust beside those of the system'),
  ...sshFlags,
};

export const createSecretGit = secretCommand({
  noun: 'git',
  summary: 'Create a Secret for a Git repository: an account, a token, or a key for SSH',
  description:
    'For https: a user name with a password or a token of the Git host, or a bearer token. For ssh: a new key pair, or the private key that you give; the public half is shown, to be added to the repository as a deploy key with write access, and the host key of the server is fetched and shown.',
  flags,
  examples: [
    'tidemark create secret git fleet --url=https://github.com/acme/fleet -u robot --password-file=token.txt',
    'tidemark create secret git fleet --url=ssh://git@github.com/acme/fleet',
    'tidemark create secret git fleet --url=ssh://git@git.example.com:2222/fleet --private-key-file=id_ed25519 --silent',
  ],
  draft: draftGitSecret,
});
