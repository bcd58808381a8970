/** Words that some reader of YAML 1.1 or 1.2 takes for null, a boolean, a merge key or a default value. */
const WORDS =
  /^(?:|~|null|Null|NULL|[yYnN]|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|<<|=)$/;

/** Numbers, after underscores are taken out, as any of these readers writes them. */
const NUMBERS: readonly RegExp[] = [
  /^[-+]?(?:0[bB][01]*|0[oO]?[0-7]*|0[xX][0-9a-fA-F]*|[0-9]+)$/,
  /^[-+]?[0-9]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?$/,
  /^[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)$/,
];

const DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?$/;

/**
 * True when a plain scalar with this text is a text to every reader: YAML 1.1, YAML 1.2 and Go's mixture of both.
 *
 * In doubt the answer is false: quotes never change a value.
 */
export function readsAsText(plain: string): boolean {
  if (WORDS.test(plain) || DATE.test(plain)) return false;
  const digits = plain.startsWith('_') ? plain : plain.replaceAll('_', '');
  return !NUMBERS.some((number) => number.test(digits));
}

/** True when the text can stand as a plain scalar: no character of it means something to YAML where it stands. */
export function canBePlain(value: string, inFlow: boolean): boolean {
  if (value === '' || value.trim() !== value || /^(?:---|\.\.\.)/.test(value)) return false;
  if (/^[?:,[\]{}#&*!|>'"%@`]/.test(value) || /^-(?![\w.])/.test(value)) return false;
  if (/:(?=\s|$)|\s#/.test(value)) return false;
  return !inFlow || !/[,?[\]{}]/.test(value);
}

/** True when the text can be written as a scalar on one line: no control characters, no line breaks, no half characters. */
export function isWritable(value: string): boolean {
  return !/[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u.test(value);
}
