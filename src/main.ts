#!/usr/bin/env node
// No imports here: an older Node must come as far as the sentence below.
const wantedMajor = 24;
if (Number(process.versions.node.split('.')[0]) < wantedMajor) {
  process.stderr.write(
    `✗ Tidemark needs Node ${wantedMajor} or later, and this is ${process.versions.node}: see https://nodejs.org\n`,
  );
  process.exit(2);
}

const { start } = await import('./cli/start.ts');
await start(process.argv.slice(2));
