/** Where codecs write: they append at `length`. The caller has made room. */
export interface Output {
  bytes: Uint8Array;
  length: number;
}

export function writeAscii(text: string, output: Output): void {
  for (let i = 0; i < text.length; i++) output.bytes[output.length++] = text.charCodeAt(i);
}
