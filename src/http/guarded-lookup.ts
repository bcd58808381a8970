import type { Resolve } from './fair-lookup.ts';
import type { LookupFunction } from 'node:net';

import { HttpFailure } from './http-failure.ts';

/** Why no connection may be made to a host, given by name or by address; undefined when one may. */
export type Refusal = (host: string) => string | undefined;

/**
 * Looks names up for a connection, and refuses those of which any address is refused. The connection goes to the very addresses that
 * were judged here: a name that changes its mind between a check and a connection gains nothing.
 */
export function guardedLookup(refuse: Refusal, resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, []);
        return;
      }
      const reason = addresses.map(({ address }) => refuse(address)).find((text) => text !== undefined);
      const [first] = addresses;
      if (reason !== undefined || first === undefined)
        callback(new HttpFailure('unreachable', reason ?? 'no such host'), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
