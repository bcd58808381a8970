/** What GitHub finds wrong with the time in an App's token; undefined when there is nothing. The emulator looks at its end alone. */
export function wrongTime(authorization: string | undefined, now: Date): string | undefined {
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(authorization ?? '')?.[1];
  if (payload === undefined) return undefined;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const claim = (name: string): number => Number(Reflect.get(claims as object, name));
  const seconds = now.getTime() / 1000;
  if (!(claim('iat') <= seconds))
    return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  if (!(claim('exp') > seconds))
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  if (claim('exp') - seconds > 600) return "'Expiration time' claim ('exp') is too far in the future";
  return undefined;
}
