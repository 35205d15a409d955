import type { RowChunk } from '../source.ts';
import type { Session } from './session.ts';
import type { Transcoder } from './transcode.ts';

/**
 * Pushes the answer to `copy (…) to stdout (format binary)` through a transcoder. Chunks are handed out as they fill up; what the
 * last one holds stays in the transcoder, to be taken once the caller is content with the read.
 */
export async function* transcodeCopy(
  session: Session,
  sql: string,
  transcoder: Transcoder,
  signal?: AbortSignal,
): AsyncGenerator<RowChunk> {
  for await (const pieces of session.copy(sql, signal)) {
    for (const piece of pieces) {
      let at = transcoder.push(piece, 0, piece.length);
      while (at < piece.length) {
        const full = transcoder.take();
        if (full) yield full;
        at = transcoder.push(piece, at, piece.length);
      }
    }
  }
  transcoder.end();
}
