import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blocksOf, cut, layOut, type Piece, pieceBytes, type Segment } from '../../src/archive/layout.ts';

const part = { name: 'p', plainBytes: 100, headSha256: null };
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

  test('is gathered into blocks that hold no more than asked and divide no chunk of a part between them', () => {
    const big = { name: 'big', plainBytes: 5_000_000, headSha256: null };
    const slice = (start: number, end: number): Segment => ({
      ...{ kind: 'slice', section: 'calls', part: big, start, end, sha256: 'a1' },
    });
    const text = (bytes: number): Segment => ({ kind: 'text', bytes: Buffer.alloc(bytes, '-') });
    const layout = layOut([
      text(9),
      slice(70_000, 2_000_000),
      text(3),
      slice(2_000_000, 2_000_100),
      text(300_000),
    ]);
    const sizes = { firstBytes: 65_536, mostBytes: 262_144 };
    for (const start of [0, 5, 9, 100_000, 1_900_000]) {
      const range = { start, end: layout.sizeBytes };
      const blocks = [...blocksOf(cut(layout, range), sizes)];
      assert.equal(
        blocks.flat().reduce((sum, piece) => sum + pieceBytes(piece), 0),
        layout.sizeBytes - start,
      );
      for (const [index, block] of blocks.entries()) {
        const bytes = block.reduce((sum, piece) => sum + pieceBytes(piece), 0);
        assert(bytes > 0 && bytes <= Math.min(sizes.firstBytes * 2 ** index, sizes.mostBytes));
        const last = block.at(-1);
        const next = blocks[index + 1]?.[0];
        if (last?.kind !== 'slice' || next?.kind !== 'slice') continue;
        assert.equal(next.start, last.end);
        assert.equal(last.end % 65_536, 0);
      }
    }
  });

  test('begins with small blocks, each twice as long as the one before until they are long', () => {
    const part = { name: 'big', plainBytes: 2_000_000, headSha256: null };
    const layout = layOut([
      { kind: 'slice', section: 'calls', part, start: 0, end: 2_000_000, sha256: 'a1' },
    ]);
    const sizes = { firstBytes: 65_536, mostBytes: 524_288 };
    const blocks = [...blocksOf(cut(layout, { start: 0, end: 2_000_000 }), sizes)];
    const chunks = blocks.map((block) => block.reduce((sum, piece) => sum + pieceBytes(piece), 0) / 65_536);
    assert.deepEqual(chunks.slice(0, 5), [1, 2, 4, 8, 8]);
    assert.equal(blocks.length, 6);
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
