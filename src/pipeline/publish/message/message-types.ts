import type { Budget } from '../../../go/template/budget.ts';
import { define } from '../../../go/template/define.ts';
import { mapOf, sliceOf, STRING, STRING_MAP } from '../../../go/template/go-type.ts';
import { GoMap, GoSlice, GoStruct } from '../../../go/template/go-value.ts';
import type { GoField, GoMapEntry, GoType, GoValue } from '../../../go/template/go-value.ts';
import { keyIdentity, sortedEntries } from '../../../go/template/map-keys.ts';

/** The Go types of Flux's template data. Their names and fields show in messages: `%v` prints them, and people hash that. */

const text = (name: string, json?: string): GoField => ({
  name,
  type: STRING,
  ...(json === undefined ? {} : { json, omitEmpty: true }),
});

/** What `MarshalLog` of a name returns; no more than its order of fields can be seen. */
const LOGGED_NAME: GoType = {
  name: 'struct { Name string "json:\\"name\\""; Namespace string "json:\\"namespace,omitempty\\"" }',
  kind: 'struct',
  fields: [{ name: 'Name', type: STRING, json: 'name' }, text('Namespace', 'namespace')],
};

export const NAMESPACED_NAME: GoType = {
  name: 'types.NamespacedName',
  kind: 'struct',
  fields: [text('Namespace'), text('Name')],
  toText: nameText,
  methods: () =>
    new Map([
      ['String', define([NAMESPACED_NAME], 'string', ([name]) => nameText(name))],
      [
        'MarshalLog',
        define([NAMESPACED_NAME], 'any', ([name]) => {
          const [namespace, own] = valuesOf(name);
          return new GoStruct(LOGGED_NAME, [own, namespace]);
        }),
      ],
    ]),
};

function nameText(value: GoValue): string {
  return valuesOf(value)
    .filter((part) => typeof part === 'string')
    .join('/');
}

function valuesOf(value: GoValue): readonly GoValue[] {
  return value instanceof GoStruct ? value.values : [];
}

export const TYPE_META: GoType = {
  name: 'yaml.TypeMeta',
  kind: 'struct',
  fields: [text('APIVersion', 'apiVersion'), text('Kind', 'kind')],
};

export const NAME_META: GoType = {
  name: 'yaml.NameMeta',
  kind: 'struct',
  fields: [text('Name', 'name'), text('Namespace', 'namespace')],
};

export const RESOURCE_IDENTIFIER: GoType = {
  name: 'yaml.ResourceIdentifier',
  kind: 'struct',
  fields: [
    { name: 'TypeMeta', type: TYPE_META, embedded: true },
    { name: 'NameMeta', type: NAME_META, embedded: true },
  ],
};

export const OBJECT_IDENTIFIER: GoType = {
  name: 'update.ObjectIdentifier',
  kind: 'struct',
  fields: [{ name: 'ResourceIdentifier', type: RESOURCE_IDENTIFIER, embedded: true }],
};

export const CHANGE: GoType = {
  name: 'update.Change',
  kind: 'struct',
  fields: [text('OldValue'), text('NewValue'), text('Setter')],
};

export const CHANGES = sliceOf(CHANGE);

export const OBJECT_CHANGES: GoType = {
  ...mapOf(OBJECT_IDENTIFIER, CHANGES),
  name: 'update.ObjectChanges',
};

export const FILE_CHANGES = mapOf(STRING, OBJECT_CHANGES);

export const RESULT: GoType = {
  name: 'update.Result',
  kind: 'struct',
  fields: [{ name: 'FileChanges', type: FILE_CHANGES }],
  methods: () =>
    new Map([
      ['Changes', define([RESULT], 'any', ([result], { budget }) => distinctChanges(result, budget))],
      ['Objects', define([RESULT], 'any', ([result], { budget }) => changesByObject(result, budget))],
    ]),
};

export const TEMPLATE_DATA: GoType = {
  name: 'source.TemplateData',
  kind: 'struct',
  fields: [
    { name: 'AutomationObject', type: NAMESPACED_NAME },
    { name: 'Changed', type: RESULT },
    { name: 'Values', type: STRING_MAP },
  ],
};

/** Each distinct change once, in the order of files, objects, and places in the document. Flux's order is random. */
function distinctChanges(result: GoValue, budget: Budget): GoSlice {
  const distinct = new Map<string, GoValue>();
  for (const { value } of objectsOf(result)) {
    for (const change of itemsOf(value)) {
      budget.spend(1);
      const identity = keyIdentity(change);
      if (!distinct.has(identity)) distinct.set(identity, change);
    }
  }
  return new GoSlice(CHANGES, distinct.size === 0 ? null : [...distinct.values()]);
}

/** The changes of each object; one that stands in several files has those of all, in the order of the files. */
function changesByObject(result: GoValue, budget: Budget): GoMap {
  const objects = new Map<string, GoMapEntry>();
  for (const { key, value } of objectsOf(result)) {
    const identity = keyIdentity(key);
    const before = itemsOf(objects.get(identity)?.value);
    budget.spend(4 + before.length);
    objects.set(identity, { key, value: new GoSlice(CHANGES, [...before, ...itemsOf(value)]) });
  }
  return new GoMap(OBJECT_CHANGES, objects);
}

/** Every object of every file, in order. */
function objectsOf(result: GoValue): readonly GoMapEntry[] {
  const [files] = valuesOf(result);
  if (!(files instanceof GoMap)) return [];
  return sortedEntries(files).flatMap(({ value }) => (value instanceof GoMap ? sortedEntries(value) : []));
}

function itemsOf(value: GoValue): readonly GoValue[] {
  return value instanceof GoSlice ? value.items : [];
}
