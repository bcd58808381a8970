import pino from 'pino';
import type { Log, LogFields } from '../model/log.ts';

export interface LogOptions {
  readonly format: 'text' | 'json';
  readonly level: 'debug' | 'info' | 'error';
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

/** Fields that would hold a secret if one were ever passed. They are not, and this makes sure. */
const redacted = [
  'password',
  'token',
  'authorization',
  'Authorization',
  'headers',
  '*.password',
  '*.token',
  '*.authorization',
];

/** Of a message or a field: what others say, such as an error text, may have any length. */
const longestText = 8192;

const ranks = { debug: 0, info: 1, error: 2 } as const;

/** A log of JSON lines for programs, or of plain lines for people. */
export function createLog(options: LogOptions): Log {
  return options.format === 'json' ? jsonLog(options) : textLog(options, {});
}

function jsonLog({ level, write, now }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redacted, censor: '***' },
    },
    { write },
  );
  return wrap(logger);
}

function wrap(logger: pino.Logger): Log {
  return {
    debug: (message, fields) => logger.debug(named(fields), shortened(message)),
    info: (message, fields) => logger.info(named(fields), shortened(message)),
    error: (message, fields) => logger.error(named(fields), shortened(message)),
    with: (fields) => wrap(logger.child(named(fields))),
  };
}

/** The fields under the names that Flux's controllers give them: `flux logs` and dashboards go by those. */
function named(fields: LogFields = {}): LogFields {
  const { kind, name, stack, ...others } = fields;
  const rest = Object.fromEntries(Object.entries(others).map(([key, value]) => [key, shortened(value)]));
  const [namespace, bare] = typeof name === 'string' && kind !== undefined ? name.split('/') : [];
  return {
    ...(kind === undefined ? {} : { controllerKind: kind }),
    ...(bare === undefined ? given('name', name) : { name: bare, namespace }),
    ...rest,
    ...given('stacktrace', stack),
  };
}

function given(name: string, value: unknown): LogFields {
  return value === undefined ? {} : { [name]: value };
}

function textLog(options: LogOptions, bound: LogFields): Log {
  const say = (level: keyof typeof ranks, message: string, fields: LogFields = {}): void => {
    if (ranks[level] < ranks[options.level]) return;
    const { kind, name, stack, ...rest } = { ...bound, ...fields };
    const words = [kind, name].flatMap((part) => (typeof part === 'string' ? [part] : []));
    const subject = kind === undefined ? '' : ` ${words.join('/')}`;
    const details = Object.entries(name === undefined || kind !== undefined ? rest : { name, ...rest })
      .map(([key, value]) => ` ${key}=${show(key, value)}`)
      .join('');
    const trace = stack === undefined || options.level !== 'debug' ? '' : `\n${show('stack', stack)}`;
    options.write(
      `${options.now().toISOString()} ${level}${subject} - ${shortened(message)}${details}${trace}\n`,
    );
  };
  return {
    debug: (message, fields) => say('debug', message, fields),
    info: (message, fields) => say('info', message, fields),
    error: (message, fields) => say('error', message, fields),
    with: (fields) => textLog(options, { ...bound, ...fields }),
  };
}

function shortened<T>(value: T): T | string {
  if (typeof value !== 'string' || value.length <= longestText) return value;
  return `${value.slice(0, longestText)}... (${value.length} characters)`;
}

function show(key: string, value: unknown): string {
  if (redacted.includes(key)) return '***';
  const text = shortened(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'));
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
