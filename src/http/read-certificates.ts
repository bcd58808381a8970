import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, each in the form in which Node writes one. Throws, in words, when there is none or a broken one. */
export function readCertificates(file: string): readonly string[] {
  const blocks = readFileSync(file, 'latin1').match(block) ?? [];
  if (blocks.length === 0) throw new Error('it holds no certificate in PEM form');
  return blocks.map((pem, index) => {
    try {
      return new X509Certificate(pem).toString();
    } catch {
      throw new Error(`certificate ${index + 1} of ${blocks.length} in it is damaged`);
    }
  });
}

/** The certificates of all files in a folder. What is no certificate is passed over: such folders hold links and lists too. */
export function readCertificatesBelow(folder: string): readonly string[] {
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .flatMap(({ name }) => {
      try {
        return readCertificates(join(folder, name));
      } catch {
        return [];
      }
    });
  return [...new Set(found)];
}
