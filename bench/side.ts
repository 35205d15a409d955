// The inside of a side process: loads a module of `sides/` and answers the calls of `side-process.ts`.

type Functions = Record<string, (args: never) => Promise<unknown>>;

const module = process.argv[2] ?? '';
let functions: Functions = {};

process.on('message', (message: { id: number; name: string; args: unknown }) => void answer(message));
process.once('disconnect', async () => {
  await functions.stop?.(undefined as never);
  process.exit(0);
});

async function answer({ id, name, args }: { id: number; name: string; args: unknown }): Promise<void> {
  try {
    process.send?.({ id, answer: await run(name, args) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

async function run(name: string, args: unknown): Promise<unknown> {
  if (name === 'start') {
    const { start } = (await import(`./sides/${module}.ts`)) as {
      start(settings: unknown): Promise<Functions>;
    };
    functions = await start(args);
    return null;
  }
  const called = functions[name];
  if (!called) throw new Error(`The side ${module} has no function "${name}".`);
  return called(args as never);
}
