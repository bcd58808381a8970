/** What a log line may carry beside its message. Never a secret: redact before logging. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where Tidemark says what it does. `app/` decides the format and the level. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log, with fields that every line carries. */
  with(fields: LogFields): Log;
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  error: () => undefined,
  with: () => silentLog,
};
