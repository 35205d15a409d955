import type { Client } from 'pg';
import { connectionOf } from './driver.ts';
import { type Input, inputOf } from './input.ts';
import type { OneBufferSocket } from './one-buffer-socket.ts';

/** Payloads of CopyData messages, where they lie among what came with one read of the socket. */
export interface CopyBytes extends Input {
  /** Where each begins and ends in `bytes`, in pairs. One that the read cut lies in two of them. */
  bounds: number[];
}

export function copyBytesOf(bytes: Uint8Array): CopyBytes {
  return { ...inputOf(bytes), bounds: [0, bytes.length] };
}

/** The payloads as they stand, a character a byte. */
export function textOf({ bytes, bounds }: CopyBytes): string {
  let text = '';
  for (let i = 0; i < bounds.length; i += 2) {
    text += Buffer.from(bytes.subarray(bounds[i], bounds[i + 1])).toString('latin1');
  }
  return text;
}

/** Takes CopyData messages from a connection, past its driver. */
export interface CopyTap {
  /** Who takes them from now on; null: the driver, as every other message. */
  to: ((bytes: CopyBytes) => void) | null;
}

/** To be called before the client connects. `socket` is the stream that it was given, if it was given one. */
export function tapCopyData(client: Client, socket: OneBufferSocket | null): CopyTap {
  const tap: CopyTap = { to: null };
  const connection = connectionOf(client);
  const attach = connection.attachListeners;
  // Called once the stream is the one that messages come by: after the handshake, if there is TLS.
  connection.attachListeners = (stream) => {
    attach.call(connection, stream);
    const [parse, ...others] = stream.listeners('data') as ((bytes: Buffer) => void)[];
    if (!parse || others.length > 0)
      throw new Error('The driver reads its socket in a way that is not known.');
    const split = createSplitter(tap, parse);
    if (stream === socket?.stream) socket.onRead = split;
    else stream.on('data', split);
    stream.off('data', parse);
  };
  return tap;
}

const COPY_DATA = 0x64; // d
/** Of each message: its kind, and the length of what follows, that of the length itself included. */
const HEAD_BYTES = 5;
const LENGTH_BYTES = 4;

/**
 * The driver makes a buffer, an object and a call of every row, which a row that is transcoded in a microsecond or two
 * feels. So the bounds of rows are found here, and the driver sees the other messages only. What a read of the socket
 * brings may begin and end anywhere.
 */
function createSplitter(tap: CopyTap, parse: (bytes: Buffer) => void): (bytes: Buffer) => void {
  /** The head of a message that lies in two reads. */
  const head = Buffer.alloc(HEAD_BYTES);
  let headBytes = 0;
  let bodyLeft = 0;
  let isCopyData = false;

  return (bytes) => {
    const { view } = inputOf(bytes);
    let bounds: number[] = [];
    /** Where what nobody was given yet begins, if it is not CopyData. */
    let others = 0;
    let at = 0;

    function giveUpTo(end: number): void {
      if (isCopyData) {
        if (bounds.length > 0) tap.to?.({ bytes, view, bounds });
        bounds = [];
      } else if (end > others) {
        // The driver may keep what it is given, and the socket may read into the same buffer again.
        parse(Buffer.from(bytes.subarray(others, end)));
      }
      others = end;
    }

    while (at < bytes.length) {
      if (headBytes === 0) {
        const isNext = bytes[at] === COPY_DATA && tap.to !== null;
        if (isNext !== isCopyData) giveUpTo(at);
        isCopyData = isNext;
      }
      if (headBytes === 0 && at + HEAD_BYTES <= bytes.length) {
        headBytes = HEAD_BYTES;
        bodyLeft = view.getInt32(at + 1) - LENGTH_BYTES;
        at += HEAD_BYTES;
      } else if (headBytes < HEAD_BYTES) {
        head[headBytes++] = bytes[at++] as number;
        if (headBytes < HEAD_BYTES) continue;
        bodyLeft = head.readInt32BE(1) - LENGTH_BYTES;
      }
      const end = Math.min(bytes.length, at + Math.max(0, bodyLeft));
      if (isCopyData && end > at) bounds.push(at, end);
      bodyLeft -= end - at;
      at = end;
      if (bodyLeft <= 0) headBytes = 0;
    }
    giveUpTo(at);
  };
}
