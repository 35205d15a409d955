// Big-endian, signed, as Postgres sends them. `DataView` would need one for each piece of input.

export function readInt16(input: Uint8Array, at: number): number {
  return (((input[at] as number) << 24) >> 16) | (input[at + 1] as number);
}

export function readInt32(input: Uint8Array, at: number): number {
  return (
    ((input[at] as number) << 24) |
    ((input[at + 1] as number) << 16) |
    ((input[at + 2] as number) << 8) |
    (input[at + 3] as number)
  );
}

const TWO_TO_32 = 0x1_0000_0000;
/** Upper halves within this hold a number that a double keeps to the last digit. */
const SAFE_HIGH = 0x1f_ffff;

/** Eight bytes: a number where a double keeps every digit, else a bigint. */
export function readInt64(input: Uint8Array, at: number): number | bigint {
  const high = readInt32(input, at);
  const low = readInt32(input, at + 4) >>> 0;
  if (high <= SAFE_HIGH && high >= -SAFE_HIGH) return high * TWO_TO_32 + low;
  return BigInt(high) * BigInt(TWO_TO_32) + BigInt(low);
}
