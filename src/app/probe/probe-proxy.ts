import type { Told } from '../kubernetes/progress.ts';
import { probeServer, type ServerDeps } from './probe-server.ts';
import { shownUser } from './shown-user.ts';

const defaultPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks:': 1080,
};

/** Tries the way to a proxy. What lies behind it is for the proxy to reach. */
export async function* probeProxy(
  { proxy, whence }: { readonly proxy: string; readonly whence: string },
  deps: ServerDeps,
): Told<boolean> {
  const url = URL.parse(proxy);
  if (url === null) {
    yield { sign: 'failed', text: `the URL of the proxy from ${whence} cannot be read` };
    return false;
  }
  const user = url.username === '' ? '' : `, as ${shownUser(decodeURIComponent(url.username))}`;
  yield { sign: 'doing', text: `through the proxy ${url.protocol}//${url.host} from ${whence}${user}` };
  return yield* probeServer(
    {
      hostname: url.hostname.replaceAll(/^\[|\]$/g, ''),
      port: Number(url.port || (defaultPorts[url.protocol] ?? 80)),
      speech: url.protocol === 'https:' ? 'tls' : 'plain',
      tls: {},
      advice: {
        authority: 'nobody',
        trust: 'a proxy that is reached by https needs a certificate that this machine trusts',
        notTls: 'write the address of the proxy with http:// in place of https://',
      },
    },
    deps,
  );
}
