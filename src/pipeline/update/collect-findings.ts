import type { CommentRole } from './collect-markers.ts';
import type { Finding, FindingCode } from './finding.ts';
import { readMarkerText } from './marker-text.ts';
import type { Yaml } from './yaml/read-yaml.ts';
import { decode } from './yaml/decode.ts';
import type { Comment } from './yaml/token.ts';
import type { CommentTaker, YamlNode } from './yaml/tree.ts';

interface Problem {
  readonly at: number;
  readonly code: FindingCode;
  readonly message: string;
  readonly severity?: Finding['severity'];
}

/** Finds what is meant as a marker and does nothing: misspelt, or in a place where no marker works. */
export function collectFindings(yaml: Yaml, roles: ReadonlyMap<Comment, CommentRole>): Finding[] {
  const problems = yaml.comments.flatMap((comment) =>
    roles.get(comment) === 'marker' ? [] : problemsOf(comment, yaml, roles),
  );
  return [...problems, ...markersInTexts(yaml)]
    .sort((a, b) => a.at - b.at)
    .map(({ at, code, message, severity = 'error' }) => ({
      ...yaml.positionOf(at),
      severity,
      code,
      message,
    }));
}

function problemsOf(comment: Comment, yaml: Yaml, roles: ReadonlyMap<Comment, CommentRole>): Problem[] {
  return comment.lines.flatMap(({ start, end }): Problem[] => {
    const read = readMarkerText(decode(yaml.text.slice(start, end)));
    if (read.kind === 'other') return [];
    if (read.kind === 'misspelt') return [{ at: start, code: read.code, message: read.message }];
    const [code, message] = roles.has(comment)
      ? explainRole(roles.get(comment))
      : explainPlace(comment, yaml.takers.get(comment));
    return [{ at: start, code, message }];
  });
}

type Explanation = readonly [code: FindingCode, message: string];

const BEHIND_VALUE = 'put it behind the value, on the same line';

/** Why a marker on a value does nothing. */
function explainRole(role: CommentRole | undefined): Explanation {
  if (role === 'shadowed') {
    return [
      'place-duplicate-key',
      'Remove one of the two equal keys: only the first of them is updated, and this is another.',
    ];
  }
  if (role === 'passed-over') {
    return [
      'place-other-comment',
      `The comment behind the value is read, and this marker above it is not; ${BEHIND_VALUE}.`,
    ];
  }
  return [
    'place-two-comments',
    'Put the marker into a comment of its own: comments on neighbouring lines are read as one.',
  ];
}

/** Why a marker that is on no value does nothing, by what took it. */
function explainPlace(comment: Comment, taker: CommentTaker | undefined): Explanation {
  switch (taker?.kind) {
    case 'key':
      return comment.place === 'head'
        ? ['place-above-key', `A marker above a key does nothing; ${BEHIND_VALUE}.`]
        : explainBehindKey(taker.value);
    case 'block':
      return [
        'place-above-key',
        `A marker above an item that is a mapping or a list does nothing; ${BEHIND_VALUE}.`,
      ];
    case 'alias':
      return ['place-alias', 'A marker on an alias does nothing; put it on the value with the anchor.'];
    case 'opening-bracket':
    case 'closing-bracket':
      return [
        'place-bracket',
        'A marker on a list or mapping in brackets does nothing; put it on the line of one value inside.',
      ];
    case 'scalar':
      return ['place-key', `A marker on a part of a key does nothing; ${BEHIND_VALUE}.`];
    case 'block-end':
    case 'document-end':
    case undefined:
      return ['place-below', `A marker below a value does nothing; ${BEHIND_VALUE}.`];
  }
}

function explainBehindKey(value: YamlNode): Explanation {
  if (value.kind === 'scalar' && value.style === 'empty') {
    return ['place-empty-value', 'A marker on an empty value does nothing; write a value, "" will do.'];
  }
  if (value.kind === 'scalar')
    return ['place-next-line', 'Put the marker on the line of the value, not on the line of its key.'];
  if (value.kind === 'alias')
    return ['place-alias', 'A marker on an alias does nothing; put it on the value with the anchor.'];
  return [
    'place-collection',
    'A marker on the key of a mapping or list does nothing; put it behind one value inside.',
  ];
}

const MARKER_IN_TEXT = /["']\$imagepolicy["']\s*:/g;

/** What looks like a marker inside a value, such as a file inside a ConfigMap: there it is text, and no comment. */
function markersInTexts({ text, comments }: Yaml): Problem[] {
  const lines = comments.flatMap((comment) => comment.lines);
  let next = 0;
  return [...text.matchAll(MARKER_IN_TEXT)].flatMap(({ index }): Problem[] => {
    while ((lines[next]?.end ?? Infinity) <= index) next++;
    if ((lines[next]?.start ?? Infinity) <= index) return [];
    const message =
      'A marker inside a text does nothing: it is no comment there. Move the value out of the text.';
    return [{ at: index, code: 'place-text', message, severity: 'warning' }];
  });
}
