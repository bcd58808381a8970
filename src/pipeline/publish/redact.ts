/** Removes every secret from a text before it is shown, logged or thrown. */
export type Redact = (text: string) => string;

const SHORTEST = 3;
const urlUserInformation = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#'"]*@/gi;
const authorization = /(authorization:\s*)(?:(?:basic|bearer|token|digest)\s+)?\S+/gi;

/** A redactor for these secrets, in every form in which they may come back: plain, percent-encoded, base64. */
export function redactor(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf));
  const longestFirst = [...forms].sort((left, right) => right.length - left.length);
  return (text) => {
    let clean = text;
    for (const form of longestFirst) clean = clean.replaceAll(form, '***');
    return clean.replaceAll(urlUserInformation, '$1***@').replaceAll(authorization, '$1***');
  };
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64');
  return [secret, encodeURIComponent(secret), encodeURI(secret), base64, base64.replace(/=+$/, '')];
}
