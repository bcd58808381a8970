import { createCommand } from '../create-command.ts';
import { intervalOf, required } from '../create-object.ts';
import { choice, text } from '../flags.ts';

export const createImageUpdate = createCommand({
  kind: 'ImageUpdateAutomation',
  what: 'ImageUpdateAutomation',
  summary: 'Create an automation that commits what policies select',
  flags: {
    gitRepoRef: text('--git-repo-ref <name>', 'GitRepository to update; required'),
    gitRepoNamespace: text(
      '--git-repo-namespace <name>',
      'its namespace; that of the automation when left out',
    ),
    gitRepoPath: text('--git-repo-path <path>', 'folder with the files to update; all of them when left out'),
    checkoutBranch: text('--checkout-branch <branch>', 'branch to read; required'),
    pushBranch: text('--push-branch <branch>', 'branch to push to; the one that is read when left out'),
    commitTemplate: text('--commit-template <template>', 'template of the commit message'),
    authorName: text('--author-name <name>', 'name of the author of commits; required'),
    authorEmail: text('--author-email <address>', 'e-mail address of the author; required'),
    signingKeySecret: text('--signing-key-secret <name>', 'Secret with the key that signs commits'),
    signingKeyType: choice('--signing-key-type <type>', 'type of that key', ['gpg', 'ssh']),
  },
  examples: [
    'tidemark create image update auto --git-repo-ref=fleet --checkout-branch=main --author-name=bot --author-email=bot@example.com --git-repo-path=./apps/dev --export',
  ],
  spec: (given) => {
    const name = required(given.gitRepoRef, 'a reference to a GitRepository is required (--git-repo-ref)');
    const branch = required(
      given.checkoutBranch,
      'the Git repository branch is required (--checkout-branch)',
    );
    const author = {
      name: required(given.authorName, 'the author name is required (--author-name)'),
      email: required(given.authorEmail, 'the author email is required (--author-email)'),
    };
    return {
      sourceRef: { kind: 'GitRepository', name, namespace: given.gitRepoNamespace },
      git: {
        checkout: { ref: { branch } },
        commit: {
          author,
          messageTemplate: given.commitTemplate,
          signingKey: given.signingKeySecret && {
            secretRef: { name: given.signingKeySecret },
            type: given.signingKeyType,
          },
        },
        push: given.pushBranch === undefined ? undefined : { branch: given.pushBranch },
      },
      interval: intervalOf(given),
      update: given.gitRepoPath === undefined ? undefined : { path: given.gitRepoPath, strategy: 'Setters' },
    };
  },
});
