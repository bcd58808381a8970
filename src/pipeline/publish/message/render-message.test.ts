import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MessageChange, MessageData } from './message-data.ts';
import { MessageTemplateError } from './message-error.ts';
import { checkTemplate, renderMessage } from './render-message.ts';
import type { MessageOptions } from './render-message.ts';

const change = (over: Partial<MessageChange> = {}): MessageChange => ({
  file: 'apps/web.yaml',
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: 'web',
  namespace: 'apps',
  old: 'web:1',
  new: 'web:2',
  setter: 'flux-system:web',
  ...over,
});

const data = (over: Partial<MessageData> = {}): MessageData => ({
  automation: { namespace: 'flux-system', name: 'dev' },
  values: { env: 'dev' },
  changes: [change()],
  ...over,
});

function failureOf(
  template: string,
  options?: MessageOptions,
  over?: Partial<MessageData>,
): MessageTemplateError {
  try {
    const output = renderMessage(template, data(over), options);
    return assert.fail(`${template} renders ${output}`);
  } catch (error) {
    assert(error instanceof MessageTemplateError, String(error));
    return error;
  }
}

test('no template is the default message', () => {
  assert.equal(renderMessage('', data()), 'Update from image update automation');
});

test('a message is rendered over what was changed', () => {
  const template = `{{ .AutomationObject }} in {{ .Values.env }}
{{ range $file, $objects := .Changed.FileChanges -}}
- {{ $file }}
{{ range $object, $changes := $objects }}{{ range $changes }}  {{ $object.Kind }} {{ $object.Name }}: {{ .OldValue }} -> {{ .NewValue }}
{{ end }}{{ end }}{{ end -}}`;
  assert.equal(
    renderMessage(template, data()),
    'flux-system/dev in dev\n- apps/web.yaml\n  Deployment web: web:1 -> web:2\n',
  );
});

test('where the order is random in Flux, it is that of files, objects, and places in the document', () => {
  const changes = [
    change({ file: 'b.yaml', name: 'web', old: '5', new: '6' }),
    change({ file: 'a.yaml', name: 'web', old: '3', new: '4' }),
    change({ file: 'a.yaml', name: 'api', old: '2', new: '3' }),
    change({ file: 'a.yaml', name: 'api', old: '1', new: '2' }),
    change({ file: 'B.yaml', name: 'web', old: '0', new: '1' }),
    // The same change in another file counts once.
    change({ file: 'c.yaml', name: 'web', old: '3', new: '4' }),
  ];
  const olds = '{{ range .Changed.Changes }}{{ .OldValue }} {{ end }}';
  assert.equal(renderMessage(olds, data({ changes })), '0 2 1 3 5 ');
  const objects =
    '{{ range $o, $c := .Changed.Objects }}{{ $o.Name }}:{{ range $c }} {{ .OldValue }}{{ end }}; {{ end }}';
  assert.equal(renderMessage(objects, data({ changes })), 'api: 2 1; web: 0 3 5 3; ');
  assert.equal(renderMessage('{{ keys (dict "b" 1 "a" 2 "C" 3) }}', data()), '[C a b]');
  assert.equal(renderMessage('{{ values (dict "b" 1 "a" 2) }}', data()), '[2 1]');
});

test('the hash of the changes is the one that Flux users have in their Change-Id', () => {
  const changes = [
    change({ file: 'a.yaml', name: 'test', namespace: 'ns1', old: 'q', new: 'r', setter: 'ns:q' }),
  ];
  const printed = '{{ printf "%v" .Changed.FileChanges }}';
  assert.equal(
    renderMessage(printed, data({ changes })),
    'map[a.yaml:map[{{{apps/v1 Deployment} {test ns1}}}:[{q r ns:q}]]]',
  );
});

test('absent values are a nil map, and missing ones print as no value', () => {
  assert.equal(
    renderMessage('{{ .Values.none }}|{{ .Values }}|{{ index .Values "x" }}', data({ values: undefined })),
    '<no value>|map[]|',
  );
  assert.equal(renderMessage('{{ .Values.none }}', data({ values: {} })), '<no value>');
});

test('data is data: it is not a template, and names of JavaScript are no names', () => {
  const values = { x: '{{ .Values.y }}', constructor: 'c' };
  assert.equal(
    renderMessage('{{ .Values.x }} {{ .Values.constructor }}', data({ values })),
    '{{ .Values.y }} c',
  );
  for (const name of ['toString', '__proto__', 'hasOwnProperty']) {
    assert.equal(renderMessage(`{{ .Values.${name} }}`, data()), '<no value>');
  }
  assert.equal(failureOf('{{ constructor }}').code, 'TemplateInvalid');
  assert.equal(failureOf('{{ .constructor }}').code, 'TemplateFailed');
});

test('half a character becomes U+FFFD, and two halves that meet are whole', () => {
  assert.equal(renderMessage('{{ trunc 1 "é" }}', data()), '\uFFFD');
  assert.equal(renderMessage('{{ trunc 1 "é" }}{{ trunc -1 "é" }}', data()), 'é');
  assert.equal(renderMessage('{{ .Values.half }}', data({ values: { half: 'a\uD800b' } })), 'a\uFFFDb');
});

test('a template that does not parse says where and what', () => {
  const cases: readonly (readonly [string, number, number, RegExp])[] = [
    ['{{ nosuch 1 }}', 1, 4, /function "nosuch" not defined/],
    ['a\nb {{ now }}', 2, 6, /function "now" not defined/],
    ['é日 {{ "open }}', 1, 7, /unterminated quoted string/],
    ['{{ if true }}\nx\n', 3, 1, /\{\{if\}\} of line 1 has no \{\{end\}\}/],
    ['a{{ end }}', 1, 5, /unexpected \{\{end\}\}/],
    ['{{ $x }}', 1, 4, /undefined variable "\$x"/],
    ['{{ 1 | 2 }}', 1, 8, /2 is no function/],
    ['{{ print 1', 1, 11, /unclosed action/],
    ['{{ 3i }}', 1, 4, /complex numbers are not supported/],
    ['{{/* open', 1, 1, /unclosed comment/],
    ['{{ break }}', 1, 4, /\{\{break\}\} outside \{\{range\}\}/],
  ];
  for (const [template, line, column, reason] of cases) {
    const failure = failureOf(template);
    assert.equal(failure.code, 'TemplateInvalid', template);
    assert.deepEqual([failure.line, failure.column], [line, column], template);
    assert.match(failure.reason, reason);
    assert.match(failure.message, new RegExp(`at line ${line}, column ${column}: `));
    assert.throws(() => checkTemplate(template), { code: 'TemplateInvalid' });
  }
});

test('a template that fails says where and what', () => {
  const cases: readonly (readonly [string, number, number, RegExp])[] = [
    ['{{ .Nope }}', 1, 4, /can't evaluate field Nope in type source\.TemplateData/],
    ['x\n  {{ div 1 0 }}', 2, 6, /in div 1 0: error calling div: integer divide by zero/],
    ['{{ upper .Values.none }}', 1, 10, /invalid value; expected string/],
    ['{{ upper 1 }}', 1, 10, /expected string; found 1/],
    ['{{ eq 1 "a" }}', 1, 4, /incompatible types for comparison: int and string/],
    ['{{ fail "not today" }}', 1, 4, /not today/],
    ['{{ mustRegexMatch "(" "x" }}', 1, 4, /missing closing \)/],
    ['{{ template "none" }}', 1, 13, /template "none" not defined/],
    ['{{ index .Changed.Changes 7 }}', 1, 4, /index out of range: 7/],
  ];
  for (const [template, line, column, reason] of cases) {
    const failure = failureOf(template);
    assert.equal(failure.code, 'TemplateFailed', template);
    assert.deepEqual([failure.line, failure.column], [line, column], template);
    assert.match(failure.reason, reason);
    assert.doesNotThrow(() => checkTemplate(template), template);
  }
});

test('removed fields are answered with the sentence that Flux has for them', () => {
  const link = 'See: https://fluxcd.io/flux/components/image/imageupdateautomations/#message-template';
  const updated = `template uses removed '.Updated' field. Please use '.Changed' instead. ${link}`;
  const imageResult = `template uses removed '.Changed.ImageResult' field. Please use '.Changed.FileChanges' or '.Changed.Objects' instead. ${link}`;
  const cases = [
    ['{{ .Updated }}', updated],
    ['{{ range .Updated.Images }}{{ . }}{{ end }}', updated],
    ['{{ $.Updated.Files }}', updated],
    ['{{ .Changed.ImageResult }}', imageResult],
    ['{{ with .Changed }}{{ range .ImageResult.Images }}{{ end }}{{ end }}', imageResult],
  ] as const;
  for (const [template, message] of cases) {
    const failure = failureOf(template);
    assert.equal(failure.code, 'TemplateRemovedField');
    assert.equal(failure.message, message);
    assert.equal(failure.line, 1);
  }
  assert.equal(failureOf('{{ .Changed.Updated }}').code, 'TemplateFailed');
  assert.equal(
    failureOf(`{{ fail "can't evaluate field Updated in type source.TemplateData" }}`).code,
    'TemplateFailed',
  );
});

test('a message that is too long fails instead of being cut', () => {
  const failure = failureOf('{{ range 200000 }}0123456789{{ end }}');
  assert.equal(failure.code, 'TemplateFailed');
  assert.match(failure.message, /renders more than 1048576 bytes/);
  assert.match(failureOf('12345', { limits: { outputBytes: 4 } }).message, /more than 4 bytes/);
  assert.equal(renderMessage('éé', data(), { limits: { outputBytes: 4 } }), 'éé');
});

test('functions that need a clock or random values say so where there are none', () => {
  for (const call of [
    'randInt 1 9',
    'shuffle "ab"',
    'bcrypt "x"',
    'encryptAES "k" "x"',
    'genPrivateKey "ecdsa"',
    'genCA "a" 1',
    'ago 5',
  ]) {
    assert.match(failureOf(`{{ ${call} }}`).message, /can(?:not)? be had here/, call);
  }
  const sources = { random: (size: number) => new Uint8Array(size).fill(7), now: () => new Date(90_000) };
  const render = (template: string): string => renderMessage(template, data(), { sources });
  assert.equal(render('{{ ago 30 }} {{ ago (int64 150) }} {{ ago "x" }}'), '1m0s -1m0s 0s');
  assert.equal(render('{{ durationRound (toDate "2006" "1969") }}'), '1y');
  assert.equal(render('{{ randInt 5 8 }}'), render('{{ randInt 5 8 }}'));
  assert.equal(render('{{ decryptAES "k" (encryptAES "k" "secret") }}'), 'secret');
});

test('DSA keys are refused in so many words', () => {
  assert.match(failureOf('{{ genPrivateKey "dsa" }}').message, /DSA keys are not supported/);
});

test('where Go shows an address, which differs from run to run, there is always the same one', () => {
  assert.equal(renderMessage('{{ printf "%p" .Changed.Changes }}', data()), '0xc000000000');
  assert.equal(
    renderMessage('{{ list (semver "1.2.3") | printf "%#v" }}', data()),
    '[]interface {}{(*semver.Version)(0xc000000000)}',
  );
});

test('methods of times and versions that are of no use in a message are not there', () => {
  assert.match(
    failureOf('{{ (toDate "2006" "2024").MarshalText }}').reason,
    /can't evaluate field MarshalText in type time\.Time/,
  );
  assert.match(
    failureOf('{{ (semver "1.2.3").MarshalText }}').reason,
    /can't evaluate field MarshalText in type \*semver\.Version/,
  );
});

test('whatever the template, there is a message or an explained failure', () => {
  const pieces = [
    '{{',
    '}}',
    '{{- ',
    ' -}}',
    '(',
    ')',
    '|',
    '"',
    '`',
    "'",
    '.',
    '$',
    '$x',
    ':=',
    '=',
    ',',
    ' ',
    '\n',
    'end',
    'else',
    'if',
    'range',
    'with',
    'define "a"',
    'template "a"',
    'block "b" .',
    'break',
    'nil',
    'true',
    '1',
    '1.5',
    '.Values',
    '.Changed.Changes',
    'print',
    'list',
    'dict',
    'index',
    'printf "%v"',
    'toJson',
    'é',
    '\uD800',
    '/*',
    '*/',
    '\\',
  ];
  const numRuns = Number(process.env['TIDEMARK_PROPERTY_RUNS'] ?? 3000);
  const template = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.oneof(
        template,
        template.map((inside) => `{{ ${inside} }}`),
      ),
      (text) => {
        try {
          assert(renderMessage(text, data()).isWellFormed());
        } catch (error) {
          assert(error instanceof MessageTemplateError, String(error));
          assert(!error.message.includes('mistake of Tidemark'), error.message);
          assert(error.line >= 1 && error.column >= 1);
        }
      },
    ),
    { numRuns },
  );
});
