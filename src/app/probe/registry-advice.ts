import type { ImageRepository } from '../../api/image-repository.ts';
import type { HttpExchange } from '../../http/http-client.ts';
import type { ErrorCode, TidemarkError } from '../../model/errors.ts';
import type { ImageName } from '../../model/image-ref.ts';
import { findCredential } from '../../pipeline/scan/keychain.ts';
import type { RegistryAccess } from '../../pipeline/scan/ports.ts';
import { secretsAdvice } from './secrets-advice.ts';
import { isAnswered, sortExchanges } from './tell-exchanges.ts';

export interface ScanContext {
  readonly image: ImageName;
  readonly access: RegistryAccess;
  readonly exchanges: readonly HttpExchange[];
  /** There is a proxy on the way. */
  readonly proxied: boolean;
}

/** What to do when the credentials of an object cannot even be read. */
export function accessAdvice({ metadata, spec }: ImageRepository): string {
  const names = [spec.secretRef, spec.certSecretRef, spec.proxySecretRef].flatMap((ref) => ref?.name ?? []);
  if (names.length === 0) return 'look at provider and serviceAccountName of the ImageRepository';
  return secretsAdvice(metadata.namespace);
}

/** What to do when a scan has failed. */
export function scanAdvice(error: TidemarkError, context: ScanContext): string {
  const { ping, token } = sortExchanges(context.exchanges, context.image);
  if (ping === undefined) return unanswered(error.code, context);
  const last = token.at(-1);
  if (last !== undefined && !isAnswered(last)) {
    return `the registry answers, and its token server ${last.url.host} does not: that host must be reachable from here, too (firewall, proxy, NO_PROXY)`;
  }
  return byCode(error.code, context);
}

function unanswered(code: ErrorCode, { image, proxied }: ScanContext): string {
  if (proxied && code === 'RegistryUnreachable')
    return 'the proxy answers, and does not let us through: are its user and password right (tidemark create secret proxy), and may one go to this host by it?';
  if (code === 'RegistryBadAnswer' || code === 'RegistryNotFound' || code === 'RegistryForbidden')
    return `what answers at ${image.registry} does not behave as a registry: is the name right, and is it a proxy or a login page that answers?`;
  return byCode(code, { image });
}

function byCode(code: ErrorCode, context: Pick<ScanContext, 'image'> & Partial<ScanContext>): string {
  const { image, access } = context;
  const { registry, repository } = image;
  switch (code) {
    case 'RegistryUnauthorized':
      return isAnonymous(image, access)
        ? `name credentials: tidemark create secret oci NAME --url=${registry} -u USER --password-file=FILE, and spec.secretRef of the ImageRepository (--secret of this command)\na registry may also answer so for a repository that does not exist`
        : `the registry does not accept these credentials: are they for ${registry}, and still valid? Make the Secret anew: tidemark create secret oci NAME --url=${registry} -u USER --password-file=FILE\na registry may also answer so for a repository that does not exist`;
    case 'RegistryForbidden':
      return `whoever these credentials belong to has to be allowed to pull from ${repository}`;
    case 'RegistryNotFound':
      return `is "${repository}" spelt right? Some registries answer so, too, when one may not see the repository`;
    case 'RegistryThrottled':
      return 'the registry limits requests: try again later, or name credentials, which are often allowed more';
    case 'RegistryTimeout':
      return 'the registry is slow, or something in between swallows the answer: a proxy, a firewall';
    case 'RegistryServerError':
      return 'the fault is on the side of the registry: look at its own status, and try again later';
    case 'LoginFailed':
      return 'the identity of this machine was not given a login: see the message';
    default:
      return 'see docs/troubleshooting.md';
  }
}

function isAnonymous(image: ImageName, access: RegistryAccess | undefined): boolean {
  if (access === undefined) return true;
  return access.login === undefined && findCredential(access.keychain, image) === undefined;
}
