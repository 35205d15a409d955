import type { Situation } from './situation.ts';

const shapes = {
  check: 'M5 12.5 10 17.5 19.5 7',
  cross: 'M6.5 6.5l11 11m0-11-11 11',
  dash: 'M6 12h12',
  chevron: 'M9 6l6 6-6 6',
  back: 'M19 12H5m0 0 6-6m-6 6 6 6',
  box: 'M12 3.5v11m0 0-4.5-4.5M12 14.5l4.5-4.5M4 15.5V19a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-3.5',
  mail: 'M4 6.5h16a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7.5a1 1 0 0 1 1-1Zm-.5 1 8.5 6.5 8.5-6.5',
  clock: 'M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  layers: 'M12 3.5 21 8l-9 4.5L3 8Zm-9 8.5 9 4.5 9-4.5M3 16l9 4.5 9-4.5',
  bin: 'M4.5 7h15M10 7V4.5h4V7m-7.5 0 .8 12a1 1 0 0 0 1 1h7.4a1 1 0 0 0 1-1l.8-12M10 11v5.5m4-5.5v5.5',
  alert: 'M12 8v5m0 3.2v.1M12 3.5 21.5 20h-19Z',
} satisfies Record<string, string>;

export type IconName = keyof typeof shapes;

/** A line drawing in the colour of the text; the words beside it say what it means. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}

/** One sign and one tone for each state of things. */
export const signs = {
  idle: { icon: 'box', tone: 'accent' },
  pending: { icon: 'mail', tone: 'accent' },
  confirmed: { icon: 'clock', tone: 'accent' },
  processing: { icon: 'layers', tone: 'accent' },
  completed: { icon: 'check', tone: 'good' },
  expired: { icon: 'bin', tone: 'quiet' },
  deleted: { icon: 'bin', tone: 'quiet' },
  lapsed: { icon: 'clock', tone: 'quiet' },
  failed: { icon: 'alert', tone: 'bad' },
  cancelled: { icon: 'cross', tone: 'quiet' },
} satisfies Record<Situation, { icon: IconName; tone: 'accent' | 'good' | 'quiet' | 'bad' }>;
