import { parseAllDocuments, stringify } from 'yaml';
import { exampleObjects, exampleRepository } from './example.ts';
import type { Files } from './bare-repository.ts';
import { registryHost } from './named-registry.ts';

interface AnObject {
  readonly kind: string;
  readonly spec: object;
}

const image = `${registryHost}/testservice`;

/** The objects of the three environments, with the hosts of a company on AWS and GitHub. */
export function namedObjects(): string {
  const way = { proxySecretRef: { name: 'egress' } };
  const added: Readonly<Record<string, object>> = {
    ImageRepository: { image, provider: 'aws', certSecretRef: { name: 'test-ca' }, ...way },
    GitRepository: {
      url: 'https://github.com/acme/fleet.git',
      provider: 'github',
      secretRef: { name: 'flux-system-write' },
      ...way,
    },
  };
  const documents = Object.values(exampleObjects()).flatMap((text) => parseAllDocuments(text));
  return documents
    .map((document) => document.toJS() as AnObject)
    .map((object) => stringify({ ...object, spec: { ...object.spec, ...added[object.kind] } }))
    .join('---\n');
}

/** What stands in the Git repository. */
export function namedRepository(): Files {
  return Object.fromEntries(
    Object.entries(exampleRepository()).map(([file, text]) => [
      file,
      text.replaceAll('registry.example.com/team/testservice', image),
    ]),
  );
}
