import { mkdtemp, rename, rm } from 'node:fs/promises';

/**
 * Makes a folder, if it is not there, under another name and then renames it: what has the name is whole, and of several
 * processes that make it side by side one is first. `isThere` says whether it is; `make` fills the folder that it is given.
 */
export async function makeOnce(
  folder: string,
  isThere: (folder: string) => Promise<boolean>,
  make: (making: string) => Promise<void>,
): Promise<string> {
  if (await isThere(folder)) return folder;
  const making = await mkdtemp(`${folder}-`);
  try {
    await make(making);
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (!(await isThere(folder))) throw error;
  }
  return folder;
}
