import { readCatalog } from '../../src/sources/postgres/columns.ts';
import { connect } from '../../src/sources/postgres/connection.ts';
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
  await connection.script(`begin; ${SESSION_SETTINGS}`);
  const catalog = await readCatalog(connection, chatSelection);
  const columns = transcodedColumns(chatSelection.columns, catalog.table.columns, 'Category "messages"', {});
  const sql = selectRows(chatSelection, catalog, workspace, { from: null, to: String(settings.rows + 1) });
  const copied: Uint8Array[] = [];
  for await (const pieces of connection.copy(`copy (${sql}) to stdout (format binary)`)) {
    for (const piece of pieces) copied.push(Buffer.from(piece));
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
      const piece = input.subarray(from, from + PIECE_BYTES);
      let at = transcoder.push(piece, 0, piece.length);
      while (at < piece.length) {
        take();
        at = transcoder.push(piece, at, piece.length);
      }
    }
    take();
    transcoder.end();
  }
}
