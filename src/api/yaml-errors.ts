import type { ErrorCode } from 'yaml';

/**
 * What is wrong with YAML, by the parser's code.
 *
 * Our own sentences, because the parser's quote the text, and the text may be a secret.
 */
const sentences: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias cannot have an anchor or a tag of its own',
  BAD_ALIAS: 'an alias or anchor has no valid name',
  BAD_COLLECTION_TYPE: 'a mapping or list has a tag that does not fit it',
  BAD_DIRECTIVE: 'a line that begins with % is not a known directive',
  BAD_DQ_ESCAPE:
    'a text in double quotes holds a backslash that escapes nothing; use single quotes or double the backslash',
  BAD_INDENT: 'the indentation does not fit the lines around it',
  BAD_PROP_ORDER: 'an anchor or tag stands in the wrong place',
  BAD_SCALAR_START: 'plain text cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a nested mapping begins on the same line as its key; a text with ": " inside needs quotes',
  BLOCK_IN_FLOW: 'an indented block cannot stand inside { } or [ ]',
  DUPLICATE_KEY: 'a key stands twice in one mapping',
  IMPOSSIBLE: 'the text cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR:
    'a character is missing: a closing quote, bracket or brace, a comma, or the blank after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key goes over more than one line; perhaps a colon is missing on the line above',
  MULTIPLE_ANCHORS: 'a value has two anchors',
  MULTIPLE_DOCS: 'a second document begins here',
  MULTIPLE_TAGS: 'a value has two tags',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'the nesting is too deep',
  TAB_AS_INDENT: 'a tab is used for indentation; YAML allows only spaces',
  TAG_RESOLVE_FAILED: 'a value has a tag that is not known here, or does not fit its tag',
  UNEXPECTED_TOKEN:
    'something stands where it cannot stand; look for a missing quote, a wrong indentation or a template',
};

/** The sentence for a parser's code. */
export function yamlErrorSentence(code: ErrorCode): string {
  return sentences[code];
}
