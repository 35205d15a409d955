import { StreamChat } from 'stream-chat';

/** Far beyond the 3 s after which the SDK gives up by itself, so that a late call is measured and not lost. */
const PATIENCE_MS = 120_000;

/** The published SDK, unmodified but for its patience, in a process of its own. */
export async function start({ key, secret, url }: { key: string; secret: string; url: string }) {
  const sdk = new StreamChat(key, secret, { baseURL: url, timeout: PATIENCE_MS });
  return {
    /** Asks for one channel each, all at once: milliseconds of each call, and seconds until the last task was done. */
    async burst({ channels }: { channels: string[] }): Promise<{ waits: number[]; seconds: number }> {
      const startedAt = performance.now();
      const started = await Promise.all(
        channels.map(async (id) => {
          const calledAt = performance.now();
          const { task_id: taskId } = await sdk.exportChannel({ type: 'messaging', id });
          return { taskId, ms: performance.now() - calledAt };
        }),
      );
      for (const { taskId } of started) await completed(taskId);
      return { waits: started.map(({ ms }) => ms), seconds: (performance.now() - startedAt) / 1000 };
    },
  };

  async function completed(taskId: string): Promise<void> {
    for (;;) {
      const { status } = await sdk.getTask(taskId);
      if (status === 'completed') return;
      if (status === 'failed') throw new Error(`The task ${taskId} failed.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
