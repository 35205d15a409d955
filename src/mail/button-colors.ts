/** Colours of a button on a light and on a dark page, each `#rrggbb`. */
export interface ButtonColors {
  fill: string;
  text: string;
  /** Drawn around the fill, so that a button can be seen on any page. */
  edge: string;
}

/**
 * A button in the product's colour whose label can be read: of black and white, one has a contrast of at least
 * 4.58 with any colour (WCAG 2.2, 1.4.3 asks for 4.5). Anything but `#rrggbb` counts as a dark grey.
 */
export function buttonColors(accent: string): ButtonColors {
  const fill = /^#[0-9a-f]{6}$/i.test(accent) ? accent : '#343a40';
  const light = luminance(fill);
  const text = contrast(light, 1) >= 4.5 ? '#ffffff' : '#000000';
  // Where the fill would melt into a white or a dark page, a middle grey shows its edge on both.
  const melts = contrast(light, 1) < 1.25 || contrast(light, luminance('#17191c')) < 1.25;
  return { fill, text, edge: melts ? '#868e96' : fill };
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Relative luminance, as WCAG defines it. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
