/** Holds the arrows between the parts of the program: who may import whom (types count), and what pure files may touch. */
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { layerOf, type Layer } from './layers/arrows.ts';
import { importsOf, impureSites } from './layers/source-scan.ts';

const testFile = /\.test\.ts$|-contract\.ts$|^src\/.*\/testing\//;

/** One line per violation: `file:line: what is wrong`. `files` maps repository-relative paths to their text. */
export function checkLayers(files: ReadonlyMap<string, string>): readonly string[] {
  const problems: string[] = [];
  for (const [file, source] of files) {
    const layer = layerOf(file);
    if (layer === undefined) {
      if (file.startsWith('src/'))
        problems.push(`${file}:1: belongs to no part of the program (scripts/layers/arrows.ts)`);
      continue;
    }
    problems.push(...importProblems(file, layer, source));
    if (layer.pure && !testFile.test(file)) problems.push(...purityProblems(file, layer, source));
  }
  return problems;
}

function importProblems(file: string, layer: Layer, source: string): readonly string[] {
  return importsOf(source).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return [];
    const target = posix.join(posix.dirname(file), specifier);
    const reason = whyNot(file, layer, target);
    return reason === undefined ? [] : [`${file}:${line}: ${reason}`];
  });
}

/** Why `file` may not import `target`, or undefined when it may. */
function whyNot(file: string, layer: Layer, target: string): string | undefined {
  const isTest = testFile.test(file);
  if (!isTest && testFile.test(target)) return `imports a test, ${target}`;
  const to = layerOf(target);
  if (to === undefined) {
    if (isTest || !/^(?:src|test|scripts|bench)\//.test(target)) return undefined;
    return `${layer.name} must not import ${target}: it is not part of the program`;
  }
  if (to.name === layer.name || layer.mayImport.includes(to.name)) return undefined;
  if (isTest && mayImportInTest(to.name, target)) return undefined;
  return `${layer.name} must not import ${to.name} (${target})`;
}

/** The adapters of the ports in `src/model/`. */
const modelAdapter = /^src\/app\/(?:clock|log)\.ts$/;

/** Tests may also construct adapters and fakes. */
function mayImportInTest(name: string, target: string): boolean {
  return (
    name.endsWith('/io') || name.startsWith('store') || name === 'test/fakes' || modelAdapter.test(target)
  );
}

function purityProblems(file: string, layer: Layer, source: string): readonly string[] {
  return impureSites(source).map(
    ({ what, line }) => `${file}:${line}: ${layer.name} is pure and must not use ${what}`,
  );
}

if (import.meta.main) {
  const paths = globSync(['src/**/*.ts', 'test/fakes/**/*.ts'])
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  const problems = checkLayers(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])));
  for (const problem of problems) console.error(problem);
  console.log(`layers: ${paths.length} files, ${problems.length} violations`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
