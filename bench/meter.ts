import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

// What a process used, read from Linux' /proc (man 5 proc): CPU in ticks of 10 ms, memory in KiB.

/** `getconf CLK_TCK` on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds, user and system, of a process, of the children it has waited for, and of those that still run. Given
 * the postmaster's id, this is the whole server: every backend, whether it has ended or not, and the background
 * processes.
 */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid);
  if (!fields) return 0;
  // Fields 14 to 17: utime, stime, cutime, cstime; counted here from the third, behind the name in brackets.
  const own = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
  return own / TICKS_PER_SECOND + children(pid).reduce((sum, child) => sum + cpuSeconds(child), 0);
}

/** Resident memory now, in bytes, without children. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS');
}

/** Watches the peak of resident memory of a process and its children: from the call on, until `stop`. */
export function watchPeak(pid: number): { stop(): number } {
  const peaks = new Map<number, number>();
  const look = () => {
    for (const each of [pid, ...children(pid)]) {
      peaks.set(each, Math.max(peaks.get(each) ?? 0, statusBytes(each, 'VmHWM')));
    }
  };
  resetPeak(pid);
  look();
  const timer = setInterval(look, 50);
  return {
    stop() {
      clearInterval(timer);
      look();
      return [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
  };
}

/** The kernel keeps the highest resident size itself; writing 5 makes it start again from now. */
function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export function children(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended
  }
}

function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function statusBytes(pid: number, name: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
