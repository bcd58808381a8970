/** What the exit codes of every command mean. Scripts rely on them. */
export const exitCodes = {
  /** Done. */
  done: 0,
  /** Done, and the answer is no: not ready, findings, changes pending, nothing selected. */
  no: 1,
  /** Could not be done: wrong flag, unreadable input, unreachable server. */
  failed: 2,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
