import type { MissingField } from '../../../go/template/template-error.ts';
import { RESULT, TEMPLATE_DATA } from './message-types.ts';

const DOCUMENTATION = 'https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template';

/** What to say when a template uses a field that older versions of Flux had; undefined when it is another one. */
export function removedFieldMessage({ field, type }: MissingField): string | undefined {
  if (field === 'Updated' && type === TEMPLATE_DATA.name) {
    return `template uses removed '.Updated' field. Please use '.Changed' instead. See: ${DOCUMENTATION}`;
  }
  if (field === 'ImageResult' && type === RESULT.name) {
    return `template uses removed '.Changed.ImageResult' field. Please use '.Changed.FileChanges' or '.Changed.Objects' instead. See: ${DOCUMENTATION}`;
  }
  return undefined;
}
