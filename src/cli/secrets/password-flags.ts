import { text } from '../flags.ts';

/** A user name, and the password in one of two ways. */
export const passwordFlags = {
  username: text('-u, --username <name>', 'user name'),
  password: text('-p, --password <text>', 'password; better --password-file'),
  passwordFile: text('--password-file <file>', 'file that holds the password, "-" for standard input'),
};
