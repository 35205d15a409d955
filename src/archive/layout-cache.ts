import type { Layout } from './layout.ts';

/**
 * Layouts of finished archives, under names that never mean another one. Of ten gigabytes, the records of the parts cost
 * more to read and to lay out than all the rest before the first byte of a range, and a client that resumes asks often.
 * They hold neither keys nor rows.
 */
export interface LayoutCache {
  /** Those that are kept now, by name: still whole when others push them out. */
  known(): ReadonlyMap<string, Layout>;
  /** Keeps one as the last used. */
  keep(name: string, layout: Layout): void;
}

/** Their names go along with each look-up. */
const MOST_LAYOUTS = 32;
/** Of all together, some 400 bytes each; an archive of 10 GB has some hundred. */
const MOST_SEGMENTS = 20_000;

/** The longest unused are forgotten first. */
export function createLayoutCache(mostSegments = MOST_SEGMENTS): LayoutCache {
  let layouts = new Map<string, Layout>();

  return {
    known: () => layouts,
    keep(name, layout) {
      if (layout.segments.length > mostSegments) return;
      const kept = [...layouts].filter(([other]) => other !== name);
      kept.push([name, layout]);
      let segments = kept.reduce((sum, [, { segments }]) => sum + segments.length, 0);
      while (kept.length > MOST_LAYOUTS || segments > mostSegments)
        segments -= kept.shift()?.[1].segments.length ?? 0;
      layouts = new Map(kept);
    },
  };
}
