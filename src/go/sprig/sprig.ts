import type { FunctionTable } from '../template/define.ts';
import { baseEncoding } from './base-encoding.ts';
import { certificates } from './certificates.ts';
import { dates } from './dates.ts';
import { defaults } from './defaults.ts';
import { dicts } from './dicts.ts';
import { hashes } from './hashes.ts';
import { json } from './json.ts';
import { letterCase } from './letter-case.ts';
import { lists } from './lists.ts';
import { math } from './math.ts';
import { paths } from './paths.ts';
import { random } from './random.ts';
import { reflection } from './reflection.ts';
import { regex } from './regex.ts';
import { semver } from './semver.ts';
import { strings } from './strings.ts';
import { urls } from './urls.ts';

/** The functions of sprig v3.3.0 that give the same for the same input, as it calls them (`HermeticTxtFuncMap`). */
export const sprig: FunctionTable = {
  ...baseEncoding,
  ...certificates,
  ...dates,
  ...defaults,
  ...dicts,
  ...hashes,
  ...json,
  ...letterCase,
  ...lists,
  ...math,
  ...paths,
  ...random,
  ...reflection,
  ...regex,
  ...semver,
  ...strings,
  ...urls,
};
