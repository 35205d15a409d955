import { lockDataFolder } from '../../src/data-folder.ts';

// A process that takes the data folder it is told, at the instant it is told, and says how that went.

let release: (() => Promise<void>) | null = null;

process.on('message', async (order: { folder: string; at: number } | 'release') => {
  if (order === 'release') {
    await release?.();
    release = null;
    process.send?.('released');
    return;
  }
  // Sleeping would end at different instants.
  while (Date.now() < order.at);
  try {
    release = await lockDataFolder(order.folder);
    process.send?.('taken');
  } catch (error) {
    process.send?.(error instanceof Error && 'code' in error ? error.code : String(error));
  }
});
process.send?.('ready');
