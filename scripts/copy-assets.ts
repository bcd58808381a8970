/** The build step after the compiler: puts beside the JavaScript what the installed program reads at run time. */
import { chmodSync, cpSync, existsSync } from 'node:fs';

/** Copied to the same place below `dist/`, so that a path relative to a source file holds in both trees. */
const assets = ['examples/three-environments', 'deploy/install'];

for (const asset of assets) cpSync(asset, `dist/${asset}`, { recursive: true });
const entry = 'dist/src/main.js';
if (!existsSync(entry)) throw new Error(`${entry} is missing: has the compiler run?`);
chmodSync(entry, 0o755);
