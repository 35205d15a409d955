import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * A *side* of a comparison: a module of `sides/` in a process of its own, so that its CPU and memory are its own and
 * its code stays warm from run to run.
 */
export interface Side {
  name: string;
  pid: number;
  /** Calls one of the functions that the module's `start` returned. */
  call<Answer>(name: string, args?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export interface SideOptions {
  /** As it is printed. */
  name: string;
  /** File of `sides/`, without its ending. */
  module: string;
  /** Plain data for the module's `start`. */
  settings: unknown;
  /** A folder for CPU profiles of all its threads, written when it stops. */
  profileFolder?: string | null;
}

export async function startSide({ name, module, settings, profileFolder }: SideOptions): Promise<Side> {
  const profiling = profileFolder ? ['--cpu-prof', '--cpu-prof-dir', profileFolder] : [];
  const child = fork(new URL('./side.ts', import.meta.url), [module], {
    execArgv: ['--disable-warning=ExperimentalWarning', ...profiling],
    serialization: 'advanced',
  });
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', ({ id, answer, error }: { id: number; answer?: unknown; error?: string }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(answer);
    else call?.reject(new Error(`${name}: ${error}`));
  });
  child.on('exit', (code, signal) => {
    for (const call of waiting.values()) call.reject(new Error(`${name} ended (${signal ?? code}).`));
    waiting.clear();
  });
  const call = (name: string, args?: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      child.send({ id, name, args });
    });
  await call('start', settings);
  return {
    name,
    pid: child.pid ?? 0,
    call: (name, args) => call(name, args) as Promise<never>,
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect(); // it stops itself when nobody speaks to it any more, also when we were killed
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await ended;
  clearTimeout(timer);
}
