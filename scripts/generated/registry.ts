import { kindDefinitions } from '../../src/api/kinds.ts';
import { commandPage } from './command-page.ts';
import { customResourceDefinitionFile } from './custom-resource-definition.ts';
import type { GeneratedFile } from './generated-file.ts';
import { installFiles } from './install-manifests.ts';
import { kindPage } from './kind-page.ts';

const { ImageRepository, ImagePolicy, ImageUpdateAutomation, GitRepository } = kindDefinitions;

/** Every generated file. Add one here, run `npm run generate`, commit the result. */
export const generatedFiles: readonly GeneratedFile[] = [
  commandPage,
  kindPage(ImageRepository),
  kindPage(ImagePolicy),
  kindPage(ImageUpdateAutomation),
  kindPage(GitRepository),
  customResourceDefinitionFile(ImageRepository),
  customResourceDefinitionFile(ImagePolicy),
  customResourceDefinitionFile(ImageUpdateAutomation),
  customResourceDefinitionFile(GitRepository),
  ...installFiles,
];
