import { useLayoutEffect, useRef, useState } from 'react';
import { useNow } from './clock.tsx';
import { useLanguage } from './language.tsx';

/**
 * A time as people say it (`in 3 hours`). The exact instant appears on hover, on focus and on a tap, goes with
 * Escape, and is always there for a screen reader.
 */
export function When({ at }: { at: string }) {
  const { formats } = useLanguage();
  const nowMs = useNow(at);
  const [isShown, setShown] = useState(false);
  const exact = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (isShown && exact.current) keepInView(exact.current);
  }, [isShown]);
  return (
    <button
      type="button"
      className="when"
      onFocus={() => setShown(true)}
      onBlur={() => setShown(false)}
      onPointerEnter={() => setShown(true)}
      onPointerLeave={() => setShown(false)}
      onClick={() => setShown(true)}
      onKeyDown={({ key }) => key === 'Escape' && setShown(false)}
    >
      <time dateTime={at}>{formats.relative(at, nowMs)}</time>
      <span ref={exact} className={isShown ? 'when-exact' : 'visually-hidden'}>
        {formats.instant(at)}
      </span>
    </button>
  );
}

/** An instant in short, where it has happened and nobody waits for it. */
export function Moment({ at }: { at: string }) {
  const { formats } = useLanguage();
  return (
    <time dateTime={at} title={formats.instant(at)}>
      {formats.moment(at)}
    </time>
  );
}

const edgePixels = 8;

/** Moves the note to the left by as much as it would stick out of the window. */
function keepInView(note: HTMLElement): void {
  note.style.translate = '';
  const beyond = note.getBoundingClientRect().right + edgePixels - document.documentElement.clientWidth;
  if (beyond > 0) note.style.translate = `${-beyond}px 0`;
}
