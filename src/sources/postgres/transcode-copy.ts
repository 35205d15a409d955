import type { RowChunk } from '../source.ts';
import type { CopyBytes } from './copy-tap.ts';
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
  for await (const copied of session.copy(sql, signal)) yield* transcodeBytes(copied, transcoder);
  transcoder.end();
}

/** Hands out the chunks that fill up. */
export function* transcodeBytes(copied: CopyBytes, transcoder: Transcoder): Generator<RowChunk> {
  const { bounds } = copied;
  for (let i = 0; i < bounds.length; i += 2) {
    const end = bounds[i + 1] as number;
    let at = transcoder.push(copied, bounds[i] as number, end);
    while (at < end) {
      const full = transcoder.take();
      if (full) yield full;
      at = transcoder.push(copied, at, end);
    }
  }
}
