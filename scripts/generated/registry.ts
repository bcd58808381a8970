import { kindDefinitions } from '../../src/api/kinds.ts';
import type { GeneratedFile } from './generated-file.ts';
import { kindPage } from './kind-page.ts';

const { ImageRepository, ImagePolicy, ImageUpdateAutomation, GitRepository } = kindDefinitions;

/** Every generated file. Add one here, run `npm run generate`, commit the result. */
export const generatedFiles: readonly GeneratedFile[] = [
  kindPage(ImageRepository),
  kindPage(ImagePolicy),
  kindPage(ImageUpdateAutomation),
  kindPage(GitRepository),
];
