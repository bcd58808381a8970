/** The templates of each kind of Master Password: one letter a class of characters. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  [
    'long',
    [
      'CvcvnoCvcvCvcv',
      'CvcvCvcvnoCvcv',
      'CvcvCvcvCvcvno',
      'CvccnoCvcvCvcv',
      'CvccCvcvnoCvcv',
      'CvccCvcvCvcvno',
      'CvcvnoCvccCvcv',
      'CvcvCvccnoCvcv',
      'CvcvCvccCvcvno',
      'CvcvnoCvcvCvcc',
      'CvcvCvcvnoCvcc',
      'CvcvCvcvCvccno',
      'CvccnoCvccCvcv',
      'CvccCvccnoCvcv',
      'CvccCvccCvcvno',
      'CvcvnoCvccCvcc',
      'CvcvCvccnoCvcc',
      'CvcvCvccCvccno',
      'CvccnoCvcvCvcc',
      'CvccCvcvnoCvcc',
      'CvccCvcvCvccno',
    ],
  ],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
]);

const UPPER_VOWELS = 'AEIOU';
const UPPER_CONSONANTS = 'BCDFGHJKLMNPQRSTVWXYZ';
const VOWELS = 'aeiou';
const CONSONANTS = 'bcdfghjklmnpqrstvwxyz';
const LETTERS = UPPER_VOWELS + VOWELS + UPPER_CONSONANTS + CONSONANTS;
const DIGITS = '0123456789';

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['V', UPPER_VOWELS],
  ['C', UPPER_CONSONANTS],
  ['v', VOWELS],
  ['c', CONSONANTS],
  ['A', UPPER_VOWELS + UPPER_CONSONANTS],
  ['a', LETTERS],
  ['n', DIGITS],
  ['o', "@&%?,=[]_:-+*$#!'^~;()/."],
  ['x', `${LETTERS}${DIGITS}!@#$%^&*()`],
]);

export function passwordTemplates(type: string): readonly string[] | undefined {
  return TEMPLATES.get(type);
}

/** Picks a template and its characters by the bytes of a seed. */
export function derivedPassword(templates: readonly string[], seed: Uint8Array): string {
  const template = templates[(seed[0] ?? 0) % templates.length] ?? '';
  return Array.from(template, (letter, index) => {
    const characters = CLASSES.get(letter) ?? '';
    return characters[(seed[index + 1] ?? 0) % characters.length] ?? '';
  }).join('');
}
