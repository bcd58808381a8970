import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TemplateLimits } from '../../../go/template/budget.ts';
import type { MessageData } from './message-data.ts';
import { MessageTemplateError } from './message-error.ts';
import { renderMessage } from './render-message.ts';

const data: MessageData = {
  automation: { namespace: 'ns', name: 'a' },
  values: undefined,
  changes: Array.from({ length: 200 }, (_, index) => ({
    file: `file-${index}.yaml`,
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: `name-${index}`,
    namespace: 'apps',
    old: '1',
    new: '2',
    setter: 'ns:policy',
  })),
};

/** Far more than any of these takes, even on a busy machine; without the limits most would take for ever. */
const MAX_MS = 20_000;

/** A tenth of the usual steps, so that the tests take a tenth of the time. */
const FEW_STEPS = { steps: 200_000 };

function stopped(template: string, by: RegExp, limits: Partial<TemplateLimits> = FEW_STEPS): void {
  const start = performance.now();
  assert.throws(
    () => renderMessage(template, data, { limits }),
    (error) => {
      assert(error instanceof MessageTemplateError, String(error));
      assert.match(error.message, by, template.slice(0, 200));
      assert(error.line >= 1 && error.column >= 1);
      return true;
    },
  );
  const took = performance.now() - start;
  assert(took < MAX_MS, `${template.slice(0, 200)} took ${took} ms`);
}

const nested = (open: string, inside: string, close: string): string =>
  `{{ ${open.repeat(5000)}${inside}${close.repeat(5000)} }}`;

test('templates that call themselves for ever are stopped', () => {
  const depth = /nested (?:more than 1000 levels deep|too deeply)/;
  stopped('{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}', depth);
  stopped('{{ template "commit message" . }}', depth);
  stopped(
    '{{ define "a" }}{{ template "b" }}{{ end }}{{ define "b" }}{{ if 1 }}{{ with 1 }}{{ template "a" }}{{ end }}{{ end }}{{ end }}{{ template "a" }}',
    depth,
  );
});

test('a template may call itself as often as a list is long', () => {
  const template =
    '{{ define "r" }}{{ if . }}.{{ template "r" (sub . 1) }}{{ end }}{{ end }}{{ template "r" 500 }}';
  assert.equal(renderMessage(template, data).length, 500);
});

test('loops without an end are stopped', () => {
  const steps = /does more than [0-9]+ steps/;
  stopped('{{ range 9223372036854775807 }}{{ end }}', steps);
  stopped('{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}', steps);
  stopped('{{ until 9223372036854775807 }}', steps);
  stopped('{{ untilStep 0 -9223372036854775808 -1 }}', steps);
  stopped('{{ seq 1 9223372036854775807 }}', steps);
  stopped('{{ range 100000 }}{{ $x := $.Changed.Objects }}{{ end }}', steps);
  stopped('{{ range 100000 }}{{ $x := $.Changed.Changes }}{{ end }}', steps);
  stopped('{{ range 100000 }}{{ $x := printf "%v" $ }}{{ end }}', steps);
  stopped('{{ uniq (until 100000) }}', steps);
  stopped('{{ range 9223372036854775807 }}x{{ end }}', /does more than [0-9]+ steps|renders more than/);
});

test('texts that grow without measure are stopped before they are made', () => {
  const text = /makes a text of more than 2097152 bytes|does more than [0-9]+ steps/;
  stopped('{{ repeat 9223372036854775807 "x" }}', text);
  stopped('{{ $s := "x" }}{{ range until 60 }}{{ $s = print $s $s }}{{ end }}', text);
  stopped('{{ printf "%9999999d" 1 }}', text);
  stopped('{{ replace "a" (repeat 4000 "b") (repeat 4000 "a") }}', text);
  stopped('{{ replace "" (repeat 4000 "b") (repeat 4000 "a") }}', text);
  stopped('{{ join (repeat 100000 "x") (until 1000) }}', text);
  stopped('{{ indent 100000 (repeat 1000 "\\n") }}', text);
  stopped('{{ wrapWith 1 (repeat 10000 "x") (repeat 10000 "y") }}', text);
  stopped('{{ regexReplaceAll "(.*)" (repeat 2000 "a") (repeat 2000 "$1") }}', text);
  stopped('{{ quote (repeat 2000000 "\\x00") }}', text);
  stopped('{{ $s := repeat 2000000 "a" }}{{ range 1000 }}{{ $x := upper $s }}{{ end }}', text);
});

test('lists that hold themselves many times over, and dicts that hold themselves, are stopped', () => {
  const twice =
    '{{ $l := list 1 }}{{ $m := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ $m = list $m $m }}{{ end }}';
  const self = '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}';
  const limit = /does more than [0-9]+ steps|makes a text of more|nested more than 1000 levels deep/;
  for (const use of ['{{ $l }}', '{{ toJson $l }}', '{{ deepEqual $l $m }}', '{{ $x := deepCopy $l }}'])
    stopped(twice + use, limit);
  for (const use of [
    '{{ $d }}',
    '{{ toJson $d }}',
    '{{ deepEqual $d $e }}',
    '{{ $x := deepCopy $d }}',
    '{{ $x := merge $d $e }}',
  ]) {
    stopped(self + use, limit);
  }
});

test('patterns that would take for ever elsewhere do not, and costly ones are stopped', () => {
  assert.equal(renderMessage('{{ regexMatch "(a*)*b" (repeat 100000 "a") }}', data), 'false');
  assert.equal(renderMessage('{{ regexReplaceAll "(x+x+)+y" (repeat 10000 "x") "z" | len }}', data), '10000');
  stopped('{{ regexFindAll "(?:a?){1000}a{1000}" (repeat 100000 "a") -1 }}', /steps/);
  stopped('{{ range 100000 }}{{ $x := regexMatch "(a|b|c|d|e)*(a{1,500})" "aaaa" }}{{ end }}', /steps/);
});

test('templates that are nested or long beyond reason do not parse', () => {
  stopped(nested('(', '1', ')'), /nested more than 1000 levels deep/);
  stopped(`${'{{ if 1 }}'.repeat(5000)}${'{{ end }}'.repeat(5000)}`, /nested more than 1000 levels deep/);
  stopped(
    `${'{{ block "a" . }}'.repeat(3000)}${'{{ end }}'.repeat(3000)}`,
    /nested more than 1000 levels deep/,
  );
  stopped(`{{ if 0 }}${'{{ else if 0 }}'.repeat(5000)}{{ end }}`, /nested more than 1000 levels deep/);
  stopped('x'.repeat(262_145), /longer than 262144 bytes/);
});

test('without being asked for less, a template may take two million steps', () => {
  stopped('{{ range 9223372036854775807 }}{{ end }}', /does more than 2000000 steps/, {});
  assert.equal(renderMessage('{{ range 100000 }}{{ if . }}{{ end }}{{ end }}done', data), 'done');
});

test('what is slow on purpose can be done a few times only', () => {
  const template = '{{ range 1000 }}{{ $x := derivePassword 1 "pin" "a" "b" "c" }}{{ end }}';
  stopped(template, /does more than [0-9]+ steps/);
});
