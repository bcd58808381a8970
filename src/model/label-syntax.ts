// Which label keys and values Kubernetes accepts, and its words about those that it refuses.

const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const dnsLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const dnsSubdomain = `${dnsLabel}(\\.${dnsLabel})*`;

const keyPattern = new RegExp(`^${labelKey}$`);
const valuePattern = new RegExp(`^(${labelKey})?$`);
const subdomainPattern = new RegExp(`^${dnsSubdomain}$`);

const keyHint = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${labelKey}')`;
const valueHint = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${labelKey})?')`;
const subdomainHint = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${dnsSubdomain}')`;

/** What is wrong with a label key, or undefined. */
export function keyProblem(key: string): string | undefined {
  const problems = keyProblems(key);
  return problems.length === 0 ? undefined : `Invalid value: ${quote(key)}: ${problems.join('; ')}`;
}

/** What is wrong with a label value, or undefined. */
export function valueProblem(value: string): string | undefined {
  const problems = [
    ...(byteLength(value) > 63 ? ['must be no more than 63 bytes'] : []),
    ...(valuePattern.test(value) ? [] : [valueHint]),
  ];
  return problems.length === 0 ? undefined : `Invalid value: ${quote(value)}: ${problems.join('; ')}`;
}

function keyProblems(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${keyHint} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return [...(prefix === undefined ? [] : prefixProblems(prefix)), ...nameProblems(name)];
}

function prefixProblems(prefix: string): readonly string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return [
    ...(byteLength(prefix) > 253 ? ['prefix part must be no more than 253 bytes'] : []),
    ...(subdomainPattern.test(prefix) ? [] : [`prefix part ${subdomainHint}`]),
  ];
}

function nameProblems(name: string): readonly string[] {
  return [
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(byteLength(name) > 63 ? ['name part must be no more than 63 bytes'] : []),
    ...(keyPattern.test(name) ? [] : [`name part ${keyHint}`]),
  ];
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/** Go's `%q`, for the characters that turn up in labels. */
export function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll('\\u0007', '\\a')
    .replaceAll('\\u000b', '\\v')
    .replaceAll(/\\u00([01][0-9a-f])/g, '\\x$1')
    .replaceAll('\u007f', '\\x7f');
}
