import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** A command that runs, with the output that it has made so far. */
export interface Command {
  child: ChildProcess;
  printed(): string;
  /** Of its end; null when a signal ended it. */
  exitCode: Promise<number | null>;
}

/**
 * Starts a command of Handover, which ends with the test at the latest; nothing of this process's environment but the
 * search path and the cache of compiled sources reaches it.
 */
export function start(t: TestContext, args: string[], env: Record<string, string>, cwd: string): Command {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return {
    child,
    printed: () => Buffer.concat(chunks).toString(),
    exitCode: once(child, 'close').then(([code]) => code),
  };
}
