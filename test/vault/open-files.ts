import { readdir, readlink } from 'node:fs/promises';

/** How many files under a folder this process holds open. Linux only, which tells in `/proc`. */
export async function countOpenFiles(folder: string): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(folder)).length;
}
