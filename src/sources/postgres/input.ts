/** What codecs read: bytes, and the same bytes by words. Numbers in them are big-endian, as Postgres sends them. */
export interface Input {
  bytes: Uint8Array;
  view: DataView;
}

export function inputOf(bytes: Uint8Array): Input {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

const TWO_TO_32 = 0x1_0000_0000;
/** Upper halves within this hold a number that a double keeps to the last digit. */
const SAFE_HIGH = 0x1f_ffff;

/** Eight bytes, signed: a number where a double keeps every digit, else a bigint. */
export function readInt64(view: DataView, at: number): number | bigint {
  const high = view.getInt32(at);
  const low = view.getUint32(at + 4);
  if (high <= SAFE_HIGH && high >= -SAFE_HIGH) return high * TWO_TO_32 + low;
  return view.getBigInt64(at);
}
