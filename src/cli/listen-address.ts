import type { ListenAddress } from '../app/listen.ts';
import { TidemarkError } from '../model/errors.ts';

/** Reads `127.0.0.1:9090`, `:9090`, `[::1]:9090` or `off`, which is undefined. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  if (text === 'off') return undefined;
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) {
    throw new TidemarkError(
      'UsageError',
      `--listen takes an address such as 127.0.0.1:9090, or off, not '${text}'`,
    );
  }
  return { host: bracketed ?? (plain === '' ? '0.0.0.0' : plain), port: Number(port) };
}
