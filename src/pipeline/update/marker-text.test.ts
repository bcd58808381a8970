import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMarkerText } from './marker-text.ts';

const markers: readonly (readonly [comment: string, setter: string, part: string])[] = [
  ['# {"$imagepolicy": "ns:p"}', 'ns:p', 'image'],
  ['# {"$imagepolicy": "ns:p:tag"}', 'ns:p:tag', 'tag'],
  ['# {"$imagepolicy": "ns:p:name"}', 'ns:p:name', 'name'],
  ['# {"$imagepolicy": "ns:p:digest"}', 'ns:p:digest', 'digest'],
  ['#{"$imagepolicy":"ns:p"}', 'ns:p', 'image'],
  ['####\t {\t"$imagepolicy" :\t"ns:p" } \t', 'ns:p', 'image'],
  ['# {"x": "y", "$imagepolicy": "ns:p", "z": null}', 'ns:p', 'image'],
  ['# {"\\u0024imagepolicy": "ns:p"}', 'ns:p', 'image'],
  ['# {"$imagepolicy": "ns:q", "$imagepolicy": "ns:p"}', 'ns:p', 'image'],
  ['# {"$imagepolicy": "ns%3Ap:tag"}', 'ns:p:tag', 'tag'],
  ['# {"$imagepolicy": "ns:tag"}', 'ns:tag', 'image'],
  ['# {"$ref": "#/definitions/io.k8s.cli.setters.ns:p:tag", "type": "string", "x": 1}', 'ns:p:tag', 'tag'],
];

for (const [comment, setter, part] of markers) {
  test(`${comment} is a marker`, () => {
    const read = readMarkerText(comment);
    assert.ok(read.kind === 'marker');
    assert.deepEqual([read.target.setter, read.target.part], [setter, part]);
    assert.equal(`${read.target.namespace}:${read.target.name}`, setter.split(':').slice(0, 2).join(':'));
  });
}

const misspelt: readonly (readonly [comment: string, code: string, hint: RegExp])[] = [
  ['# {"$imagepolicy": ""}', 'marker-empty', /Name a policy/],
  ['# {"$imagepolicy": null}', 'marker-empty', /Name a policy/],
  ['# {"$imagepolicy": "ns:p",}', 'marker-json', /one JSON object/],
  ['# "$imagepolicy": "ns:p"', 'marker-json', /one JSON object/],
  ['# {"$ImagePolicy": "ns:p"}', 'marker-key', /"\$imagepolicy" instead of "\$ImagePolicy"/],
  ['# {"imagepolicy": "ns:p"}', 'marker-key', /instead of "imagepolicy"/],
  ['# {" $imagepolicy": "ns:p"}', 'marker-key', /instead of " \$imagepolicy"/],
  ['# {"$imagepolicy": "p"}', 'marker-namespace', /"namespace:p"/],
  ['# {"$imagepolicy": ":p"}', 'marker-namespace', /both namespace and name/],
  ['# {"$imagepolicy": "ns:"}', 'marker-namespace', /both namespace and name/],
  ["# {'$imagepolicy': 'ns:p'}", 'marker-quotes', /straight double quotes/],
  ['# {“$imagepolicy”: “ns:p”}', 'marker-quotes', /straight double quotes/],
  ['# {"$imagepolicy": "ns/p"}', 'marker-slash', /Write ns:p instead of ns\/p/],
  ['# {"$imagepolicy": " ns:p"}', 'marker-spaces', /spaces/],
  ['# {"$imagepolicy": "ns:p:Tag"}', 'marker-suffix', /"Tag" is none/],
  ['# {"$imagepolicy": "ns:p:"}', 'marker-suffix', /"" is none/],
  ['# {"$imagepolicy": "ns:p:tag:x"}', 'marker-suffix', /"tag:x" is none/],
  ['# see {"$imagepolicy": "ns:p"}', 'marker-surrounded', /alone/],
  ['# {"$imagepolicy": "ns:p"} # note', 'marker-surrounded', /alone/],
  ['# # {"$imagepolicy": "ns:p"}', 'marker-surrounded', /alone/],
  ['# {"$imagepolicy": "ns:p", "x": 1}', 'marker-values', /all values/],
  ['# {"$imagepolicy": ["ns:p"]}', 'marker-values', /the policy in quotes/],
];

for (const [comment, code, hint] of misspelt) {
  test(`${comment} is meant as a marker and told what to change`, () => {
    const read = readMarkerText(comment);
    assert.ok(read.kind === 'misspelt');
    assert.equal(read.code, code);
    assert.match(read.message, hint);
    assert.match(read.message, /\.$/);
  });
}

for (const comment of [
  '# note',
  '#',
  '# {"a": "b"}',
  '# []',
  '# kind: ImagePolicy: x',
  '# markers have the key "$imagepolicy"',
  '# {"$openapi": "ns:p"}',
  '# {"$ref": "#/definitions/x"}',
  '# null',
]) {
  test(`${comment} is no marker, and is not meant as one`, () => {
    assert.equal(readMarkerText(comment).kind, 'other');
  });
}
