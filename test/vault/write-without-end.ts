import { openFileStore } from '../../src/vault/file-store.ts';

/** A process to be killed: writes an object without end into the folder that it is given, a dot on stdout a MB. */
const [folder = ''] = process.argv.slice(2);

async function* withoutEnd() {
  const megabyte = Buffer.alloc(1_000_000, 'x');
  for (;;) {
    yield megabyte;
    process.stdout.write('.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

await openFileStore({ folder }).write('e_1/part-1', withoutEnd());
