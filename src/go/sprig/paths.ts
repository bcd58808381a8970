import type { ByteString } from '../template/byte-string.ts';
import { define } from '../template/define.ts';
import type { FunctionTable } from '../template/define.ts';
import type { GoFunction } from '../template/go-value.ts';

/** Slash-separated paths. The ones for the operating system are the same: Flux runs on Linux. */
export const paths: FunctionTable = {
  ...both('base', 'osBase', onText(base)),
  ...both('dir', 'osDir', onText(directory)),
  ...both('clean', 'osClean', onText(clean)),
  ...both('ext', 'osExt', onText(extension)),
  ...both(
    'isAbs',
    'osIsAbs',
    define(['string'], 'bool', ([path]) => path.startsWith('/')),
  ),
};

function both(name: string, osName: string, pathFunction: GoFunction): FunctionTable {
  return { [name]: pathFunction, [osName]: pathFunction };
}

function onText(body: (path: ByteString) => ByteString): GoFunction {
  return define(['string'], 'string', ([path]) => body(path));
}

function base(path: ByteString): ByteString {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function directory(path: ByteString): ByteString {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

function extension(path: ByteString): ByteString {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

/** The shortest path that means the same: without empty parts, dots, and what double dots take back. */
function clean(path: ByteString): ByteString {
  const isRooted = path.startsWith('/');
  const kept: ByteString[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isRooted) kept.push('..');
  }
  const joined = kept.join('/');
  if (isRooted) return `/${joined}`;
  return joined === '' ? '.' : joined;
}
