import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { encodeYaml } from '../../go/yaml/encode-yaml.ts';
import { messageOf, TidemarkError } from '../../model/errors.ts';
import { usualNamespace } from './find-controllers.ts';

/** Alone, with definitions of Flux's kinds; or beside a Flux that has brought them. */
export type Flavour = 'standalone' | 'beside-flux';

/** One document of what gets installed. */
export type Manifest = z.output<typeof manifest>;

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});

const withSubjects = z.looseObject({
  subjects: z.array(z.looseObject({ namespace: z.string().optional() })),
});
const withContainers = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({})) }) }),
  }),
});

/** What somebody may want otherwise. */
export interface ManifestChoice {
  readonly flavour: Flavour;
  readonly namespace: string;
  /** Instead of the published image. */
  readonly image?: string | undefined;
}

/** What gets installed, as YAML: the bytes that the package holds, as long as nothing is wanted otherwise. */
export function manifestText(choice: ManifestChoice): string {
  if (choice.namespace === usualNamespace && choice.image === undefined) return readText(choice.flavour);
  return readManifests(choice)
    .map((document) => `---\n${encodeYaml(document)}`)
    .join('');
}

/** What gets installed, in the order in which it has to be there. */
export function readManifests(choice: ManifestChoice): readonly Manifest[] {
  const documents = parseAllDocuments(readText(choice.flavour)).map((document) =>
    manifest.parse(document.toJS()),
  );
  return documents
    .map((document) => withImage(inNamespace(document, choice.namespace), choice.image))
    .toSorted((a, b) => rank(a) - rank(b));
}

/** In a checkout and in the installed package it lies at the same place from here. */
function readText(flavour: Flavour): string {
  const file = new URL(`../../../deploy/install/${flavour}.yaml`, import.meta.url);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new TidemarkError('NotFound', `cannot read what is to be installed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function rank({ kind }: Manifest): number {
  const index = ['Namespace', 'CustomResourceDefinition'].indexOf(kind);
  if (index >= 0) return index;
  // Rights come before whoever needs them.
  return kind === 'Deployment' ? 3 : 2;
}

function inNamespace(document: Manifest, namespace: string): Manifest {
  const { metadata } = document;
  const moved = {
    ...document,
    metadata: {
      ...metadata,
      ...(metadata.namespace === usualNamespace ? { namespace } : {}),
      ...(document.kind === 'Namespace' && metadata.name === usualNamespace ? { name: namespace } : {}),
    },
  };
  const bound = withSubjects.safeParse(moved);
  if (!bound.success) return moved;
  const subjects = bound.data.subjects.map((subject) =>
    subject.namespace === usualNamespace ? { ...subject, namespace } : subject,
  );
  return { ...moved, subjects };
}

function withImage(document: Manifest, image: string | undefined): Manifest {
  if (image === undefined || document.kind !== 'Deployment') return document;
  const { spec } = withContainers.parse(document);
  const [first, ...more] = spec.template.spec.containers;
  const containers = [{ ...first, image }, ...more];
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return { ...document, spec: { ...spec, template } };
}
