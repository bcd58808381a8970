/** An object that differs from a good one in one place. */
export interface Mutation {
  /** `spec.interval: "soon"`, `spec.image: removed`. */
  readonly title: string;
  readonly value: unknown;
}

/** What a field may be set to, whatever it should be. */
const oddities: readonly unknown[] = [
  null,
  '',
  'x',
  '5m',
  '1.5h',
  '1h 5m',
  '-5m',
  'https://x',
  'file:///x',
  'ssh://git@x/y',
  'asc',
  'Always',
  'aws',
  '7',
  'é'.repeat(300),
  7,
  -1,
  1.5,
  true,
  false,
  [],
  [''],
  ['x'],
  [7],
  [null],
  [{}],
  Array.from({ length: 26 }, (_, index) => `x${index}`),
  {},
  { name: 'x' },
  { a: 'b' },
  { a: 7 },
  { unknown: 'x' },
];

/** Every object that differs from `value` in one place: a field removed, a field that nobody knows, a field set to something odd. */
export function* mutations(value: unknown, path = 'spec'): Generator<Mutation> {
  for (const odd of oddities) yield { title: `${path}: ${JSON.stringify(odd).slice(0, 60)}`, value: odd };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const { title, value: changed } of mutations(item, `${path}[${index}]`))
        yield { title, value: value.with(index, changed) };
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  yield { title: `${path}.unknown: "x"`, value: { ...value, unknown: 'x' } };
  for (const [key, field] of Object.entries(value)) {
    const { [key]: _removed, ...rest } = value as Record<string, unknown>;
    yield { title: `${path}.${key}: removed`, value: rest };
    for (const { title, value: changed } of mutations(field, `${path}.${key}`))
      yield { title, value: { ...value, [key]: changed } };
  }
}
