import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What a number is worth depends on where it was taken: printed above every run. */
export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  kernel: string;
  node: string;
  postgres: string;
  /** Load average of the last minute before the run: above zero, somebody else was working too. */
  load: number;
}

export function describeMachine(postgres: string): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    postgres,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function machineLine({ cores, cpu, memoryGiB, kernel, node, postgres, load }: Machine): string {
  return `${cores} cores (${cpu}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, Postgres ${postgres}, load ${load}`;
}
