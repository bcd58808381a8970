/** One line of a controller's log. */
export interface LogLine {
  readonly ts: string;
  readonly level: string;
  readonly msg: string;
  readonly error: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Reads a JSON line, of ours or of Flux's controllers; undefined for anything else. */
export function parseLogLine(line: string): LogLine | undefined {
  const fields = objectOf(line);
  if (fields === undefined || typeof fields['msg'] !== 'string') return undefined;
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  const [ts, level, msg, error] = [text('ts'), text('level'), text('msg'), text('error')];
  return {
    ts,
    level,
    msg,
    error,
    kind: text('controllerKind'),
    name: text('name'),
    namespace: text('namespace'),
  };
}

/** The line as `flux logs` shows it: `<ts> <level> <Kind>/<name>.<namespace> - <msg> <error>`. */
export function formatLogLine({ ts, level, msg, error, kind, name, namespace }: LogLine): string {
  const object = name === '' ? kind : `${kind}/${name}${namespace === '' ? '' : `.${namespace}`}`;
  return [ts, level, ...(kind === '' ? [] : [object]), '-', msg, ...(error === '' ? [] : [error])].join(' ');
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
