/** A clock that is off by less is not what a token was refused for. */
const harmlessMs = 60_000;

/** Says by how much this machine's clock is off, when it is; by the Date of a server's answer. */
export function clockSentence(aheadMs: number): string | undefined {
  if (Math.abs(aheadMs) <= harmlessMs) return undefined;
  const direction = aheadMs > 0 ? 'ahead' : 'behind';
  return `the clock of this machine is ${span(Math.abs(aheadMs))} ${direction}, by the Date of the answer; set it right (NTP)`;
}

function span(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
