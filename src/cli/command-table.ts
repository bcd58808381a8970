import { type CommandEntry, imageFamily } from './command-entry.ts';
import { nouns } from './nouns.ts';

/** Other words for the same: whoever types them need not think. */
export const aliases: ReadonlyMap<string, string> = new Map([
  ['images', 'image'],
  ['repositories', 'repository'],
  ['policies', 'policy'],
  ['updates', 'update'],
  ['sources', 'source'],
  ['secrets', 'secret'],
]);

/** Every command, in the order in which help shows them. Modules are named here and loaded only when they are used. */
export const commandTable: readonly CommandEntry[] = [
  {
    words: 'run',
    summary: 'Keep Git up to date from the objects in a folder',
    section: 'Run',
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    words: 'controller',
    summary: 'Keep Git up to date from the objects in a cluster',
    section: 'Run',
    load: async () => (await import('./commands/controller.ts')).controller,
  },
  {
    words: 'demo',
    summary: 'Show the whole loop on this machine, with nothing to configure',
    section: 'Run',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  ...imageFamily({
    stem: 'get image',
    summary: 'Show objects and their state',
    section: 'Look',
    load: async (noun) => (await import('./commands/get.ts')).getOne(noun),
  }),
  {
    words: 'get image all',
    summary: 'Show all image objects and their state',
    section: 'Look',
    load: async () => (await import('./commands/get.ts')).getAll,
  },
  {
    words: 'get source git',
    summary: 'Show Git repositories',
    section: 'Look',
    load: async () => (await import('./commands/get.ts')).getOne(nouns.git),
  },
  ...imageFamily({
    stem: 'export image',
    summary: 'Print objects as YAML',
    section: 'Look',
    load: async (noun) => (await import('./commands/export.ts')).exportOne(noun),
  }),
  {
    words: 'export source git',
    summary: 'Print Git repositories as YAML',
    section: 'Look',
    load: async () => (await import('./commands/export.ts')).exportOne(nouns.git),
  },
  {
    words: 'explain policy',
    summary: 'Say why a policy selects its tag, and where that tag is used',
    section: 'Look',
    load: async () => (await import('./commands/explain-policy.ts')).explainPolicy,
  },
  {
    words: 'diff',
    summary: 'Show what each automation would commit now',
    section: 'Look',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  {
    words: 'events',
    summary: 'Show what happened',
    section: 'Look',
    load: async () => (await import('./commands/events.ts')).events,
  },
  {
    words: 'logs',
    summary: 'Show what the controller in a cluster writes to its log',
    section: 'Look',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    words: 'check',
    summary: 'Say whether everything is there that Tidemark needs',
    section: 'Look',
    load: async () => (await import('./commands/check.ts')).check,
  },
  ...imageFamily({
    stem: 'reconcile image',
    summary: 'Run an object now, and wait for it',
    section: 'Act',
    load: async (noun) => (await import('./commands/reconcile.ts')).reconcileOne(noun),
  }),
  ...imageFamily({
    stem: 'suspend image',
    summary: 'Stop reconciling objects',
    section: 'Act',
    load: async (noun) => (await import('./commands/suspend.ts')).suspendOne(noun),
  }),
  ...imageFamily({
    stem: 'resume image',
    summary: 'Reconcile suspended objects again',
    section: 'Act',
    load: async (noun) => (await import('./commands/resume.ts')).resumeOne(noun),
  }),
  {
    words: 'create image repository',
    summary: 'Create an image repository to scan',
    section: 'Act',
    load: async () => (await import('./commands/create-image-repository.ts')).createImageRepository,
  },
  {
    words: 'create image policy',
    summary: 'Create a policy that selects a tag',
    section: 'Act',
    load: async () => (await import('./commands/create-image-policy.ts')).createImagePolicy,
  },
  {
    words: 'create image update',
    summary: 'Create an automation that commits what policies select',
    section: 'Act',
    load: async () => (await import('./commands/create-image-update.ts')).createImageUpdate,
  },
  {
    words: 'create source git',
    summary: 'Create a Git repository for automations to update',
    section: 'Act',
    load: async () => (await import('./commands/create-source-git.ts')).createSourceGit,
  },
  {
    words: 'create secret git',
    summary: 'Create a Secret for a Git repository: an account, a token, or a key for SSH',
    section: 'Act',
    load: async () => (await import('./commands/create-secret-git.ts')).createSecretGit,
  },
  {
    words: 'create secret githubapp',
    summary: 'Create a Secret for a GitHub App',
    section: 'Act',
    load: async () => (await import('./commands/create-secret-githubapp.ts')).createSecretGithubApp,
  },
  {
    words: 'create secret oci',
    summary: 'Create a Secret with the account of a registry',
    section: 'Act',
    load: async () => (await import('./commands/create-secret-oci.ts')).createSecretOci,
  },
  {
    words: 'create secret tls',
    summary: 'Create a Secret with certificates',
    section: 'Act',
    load: async () => (await import('./commands/create-secret-tls.ts')).createSecretTls,
  },
  {
    words: 'create secret proxy',
    summary: 'Create a Secret with the address of a proxy',
    section: 'Act',
    load: async () => (await import('./commands/create-secret-proxy.ts')).createSecretProxy,
  },
  ...imageFamily({
    stem: 'delete image',
    summary: 'Delete an object',
    section: 'Act',
    load: async (noun) => (await import('./commands/delete.ts')).deleteOne(noun),
  }),
  {
    words: 'install',
    summary: 'Install Tidemark in a cluster, or bring it up to date',
    section: 'Act',
    load: async () => (await import('./commands/install.ts')).install,
  },
  {
    words: 'uninstall',
    summary: 'Remove Tidemark from a cluster',
    section: 'Act',
    load: async () => (await import('./commands/uninstall.ts')).uninstall,
  },
  {
    words: 'markers list',
    summary: 'List every marker below a folder, or in a file',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/markers-list.ts')).markersList,
  },
  {
    words: 'markers lint',
    summary: 'Find markers that do nothing: misspelt, misplaced, of an unknown policy',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/markers-lint.ts')).markersLint,
  },
  {
    words: 'markers set',
    summary: 'Write images at their markers, and touch no other byte',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/markers-set.ts')).markersSet,
  },
  {
    words: 'policy test',
    summary: 'Show which tag a policy selects from a list, and why',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/policy-test.ts')).policyTest,
  },
  {
    words: 'template test',
    summary: 'Render a commit message template over sample or given data',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/template-test.ts')).templateTest,
  },
  {
    words: 'validate',
    summary: 'Check every object against its schema',
    section: 'Tools on plain files',
    load: async () => (await import('./commands/validate.ts')).validate,
  },
  {
    words: 'completion',
    summary: 'Print a script that completes commands, flags and object names',
    section: 'More',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    words: 'version',
    summary: 'Print the version',
    section: 'More',
    load: async () => (await import('./commands/version.ts')).version,
  },
];
