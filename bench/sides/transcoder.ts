import { readCatalog } from '../../src/sources/postgres/columns.ts';
import { connect } from '../../src/sources/postgres/connection.ts';
import { inputOf } from '../../src/sources/postgres/input.ts';
import { selectRows } from '../../src/sources/postgres/select.ts';
import { SESSION_SETTINGS } from '../../src/sources/postgres/session.ts';
import { createTranscoder } from '../../src/sources/postgres/transcode.ts';
import { transcodedColumns } from '../../src/sources/postgres/transcoded-columns.ts';
import { chatSelection, workspace } from '../chat-table.ts';
import type { Run } from '../compare.ts';

/** As much as comes with one read of a socket. */
const PIECE_BYTES = 64 * 1024;

/** COPY bytes that lie in memory, transcoded over and over by one thread. */
export async function start(settings: { url: string; rows: number; leastSeconds: number }) {
  const connection = await connect({ url: settings.url, applicationName: 'bench' });
  await connection.begin(`begin; ${SESSION_SETTINGS}`);
  const catalog = await readCatalog(connection, chatSelection);
  const columns = transcodedColumns(chatSelection.columns, catalog.table.columns, 'Category "messages"', {});
  const sql = selectRows(chatSelection, catalog, workspace, { from: null, to: String(settings.rows + 1) });
  const copied: Uint8Array[] = [];
  for await (const { bytes, bounds } of connection.copy(`copy (${sql}) to stdout (format binary)`)) {
    for (let i = 0; i < bounds.length; i += 2)
      copied.push(Buffer.from(bytes.subarray(bounds[i], bounds[i + 1])));
  }
  await connection.close();
  const input = Buffer.concat(copied);

  return {
    async run(): Promise<Run> {
      const run = { seconds: 0, rows: 0, bytes: 0 };
      const startedAt = performance.now();
      while (run.seconds < settings.leastSeconds) {
        transcodeAll(run);
        run.seconds = (performance.now() - startedAt) / 1000;
      }
      return run;
    },
  };

  function transcodeAll(run: Run): void {
    const transcoder = createTranscoder(columns, Buffer.from(',\n      '));
    const take = () => {
      const chunk = transcoder.take();
      run.rows += chunk?.rows ?? 0;
      run.bytes += chunk?.bytes.length ?? 0;
    };
    for (let from = 0; from < input.length; from += PIECE_BYTES) {
      const piece = inputOf(input.subarray(from, from + PIECE_BYTES));
      const end = piece.bytes.length;
      let at = transcoder.push(piece, 0, end);
      while (at < end) {
        take();
        at = transcoder.push(piece, at, end);
      }
    }
    take();
    transcoder.end();
  }
}
