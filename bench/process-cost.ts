import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks in a second, as Linux counts the time of processes. */
const ticks = 100;

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

/** CPU seconds that a process, everything below it, and all of those that have ended since have used. */
export function cpuSecondsOf(pid: number): number {
  const processes = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? timesOf(Number(name)) : []));
  const sum = (parent: number): number =>
    processes.filter((one) => one.parent === parent).reduce((total, one) => total + sum(one.pid), 0) +
    (processes.find((one) => one.pid === parent)?.seconds ?? 0);
  return sum(pid);
}

/** Megabytes of memory that a process holds: what `ps` calls RSS. */
export function residentMegabytes(pid: number): number {
  return megabytesOf(pid, 'VmRSS');
}

/** What it has held at the most so far. */
export function mostResidentMegabytes(pid: number): number {
  return megabytesOf(pid, 'VmHWM');
}

function megabytesOf(pid: number, what: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Of the process itself, and of children that it has waited for. */
function timesOf(pid: number): readonly ProcessTimes[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
    const seconds = ((user ?? 0) + (system ?? 0) + (childUser ?? 0) + (childSystem ?? 0)) / ticks;
    return [{ pid, parent: Number(fields[1]), seconds }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
