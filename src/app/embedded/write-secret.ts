import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Secret } from '../../api/secret.ts';
import { fileFailure } from '../../model/file-failure.ts';
import { SecretFolder } from '../../store/local/secret-folder.ts';
import type { Applied } from '../home.ts';

/** Writes a Secret into a folder of secrets, which is made when it is missing, for its owner only. */
export function writeSecret(
  folder: string,
  secret: Secret,
): { readonly applied: Applied; readonly place: string } {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new SecretFolder(folder, randomBytes(16)).put(secret);
  } catch (error) {
    throw fileFailure(error, folder);
  }
}
