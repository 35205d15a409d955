import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cut, layOut, type Piece, pieceBytes, type Segment } from '../../src/archive/layout.ts';

const part = { name: 'p', plainBytes: 100 };
const segments: Segment[] = [
  { kind: 'text', bytes: Buffer.from('head') },
  { kind: 'slice', section: 'calls', part, start: 10, end: 40, sha256: 'a1' },
  { kind: 'text', bytes: Buffer.from('') },
  { kind: 'slice', section: 'calls', part, start: 7, end: 7, sha256: 'e3' },
  { kind: 'text', bytes: Buffer.from(',') },
  { kind: 'slice', section: 'calls', part, start: 50, end: 100, sha256: 'b2' },
];

describe('a layout', () => {
  test('knows the size of the file and where each segment begins, without those that have no bytes', () => {
    const layout = layOut(segments);
    assert.equal(layout.sizeBytes, 4 + 30 + 1 + 50);
    assert.deepEqual(layout.offsets, [0, 4, 34, 35]);
    assert.equal(layout.segments.length, 4);
  });

  test('cuts every range into the pieces that lie in it, none of them empty', () => {
    const layout = layOut(segments);
    const whole = [...cut(layout, { start: 0, end: layout.sizeBytes })].flatMap(bytesOf);
    assert.equal(whole.length, layout.sizeBytes);
    for (let start = 0; start <= layout.sizeBytes; start++) {
      for (let end = start; end <= layout.sizeBytes; end++) {
        const pieces = [...cut(layout, { start, end })];
        assert.deepEqual(pieces.flatMap(bytesOf), whole.slice(start, end));
        assert(pieces.every((piece) => pieceBytes(piece) > 0));
      }
    }
  });

  test('without segments is an empty file', () => {
    const layout = layOut([]);
    assert.equal(layout.sizeBytes, 0);
    assert.deepEqual([...cut(layout, { start: 0, end: 0 })], []);
  });

  test('has another fingerprint when a text, the hash of a slice or a border differs', () => {
    const text = (words: string): Segment => ({ kind: 'text', bytes: Buffer.from(words) });
    const slice = (sha256: string): Segment => ({
      kind: 'slice',
      section: 'calls',
      part,
      start: 0,
      end: 3,
      sha256,
    });
    const variants = [
      [text('ab'), text('c')],
      [text('a'), text('bc')],
      [text('abd')],
      [slice('abc')],
      [slice('abd')],
      [slice('abc'), slice('abc')],
    ];
    assert.equal(new Set(variants.map((variant) => layOut(variant).fingerprint)).size, variants.length);
    assert.equal(layOut([slice('abc')]).fingerprint, layOut([slice('abc')]).fingerprint);
  });
});

/** One word for each byte: of a text its sign, of a slice its place in the part. */
function bytesOf(piece: Piece): string[] {
  if (piece.kind === 'text') return [...Buffer.from(piece.bytes).toString()];
  return Array.from(
    { length: piece.end - piece.start },
    (_, index) => `${piece.part.name}:${piece.start + index}`,
  );
}
