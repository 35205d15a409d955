/** Colours of one scheme as the page and the confirm page use them, all `#rrggbb`. */
export interface Accent {
  /** Fills: buttons, progress bars. */
  accent: string;
  /** Text on such a fill. */
  onAccent: string;
  /** Text and links in the accent, on the page's own surfaces. */
  accentInk: string;
}

/** WCAG 2.2, 1.4.3 (text) and 1.4.11 (what is not text). */
export const TEXT_CONTRAST = 4.5;
export const SHAPE_CONTRAST = 3;

/**
 * The surfaces that accents stand on. Of the shades a page may use in a scheme, the one that is hardest to read on:
 * the darkest light one, the lightest dark one.
 */
export const surfaces = { light: '#f1f3f5', dark: '#262b31' } as const;

/** Keeps the hue of the product's colour and moves it towards black or white until it can be read. */
export function accentFor(scheme: keyof typeof surfaces, color: string): Accent {
  const surface = surfaces[scheme];
  const away = scheme === 'light' ? '#000000' : '#ffffff';
  const accent = move(color, away, (candidate) => contrast(candidate, surface) >= SHAPE_CONTRAST);
  const accentInk = move(accent, away, (candidate) => contrast(candidate, surface) >= TEXT_CONTRAST);
  // Black or white: of any colour, one of the two is at 4.58 or more.
  const onAccent = contrast('#ffffff', accent) >= TEXT_CONTRAST ? '#ffffff' : '#000000';
  return { accent, onAccent, accentInk };
}

/** Contrast of two colours as WCAG counts it, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function move(color: string, target: string, isReached: (candidate: string) => boolean): string {
  for (let percent = 0; percent < 100; percent++) {
    const candidate = mix(color, target, percent / 100);
    if (isReached(candidate)) return candidate;
  }
  return target;
}

function mix(color: string, target: string, share: number): string {
  const goal = channels(target);
  const mixed = channels(color).map((channel, index) =>
    Math.round(channel + ((goal[index] ?? channel) - channel) * share),
  );
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
