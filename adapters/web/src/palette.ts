/** The colours of frames, for legends too. */

/** Red, green and blue, from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What columns and values are painted with. */
export const palette: {
  /** For classes, such as tribes, from 0 on and then anew: told apart by people who see red and green alike. */
  readonly classes: readonly Rgb[];
  /** From low to high, dark to bright, at equal steps. */
  readonly scale: readonly Rgb[];
  /** In space, for directions along the third axis and against it; the others are on the wheel between them. */
  readonly poles: readonly [along: Rgb, against: Rgb];
} = {
  classes: [
    [86, 180, 233],
    [240, 128, 48],
    [0, 190, 140],
    [235, 110, 190],
    [240, 228, 66],
    [150, 130, 240],
    [220, 220, 230],
    [200, 80, 60],
  ],
  scale: [
    [96, 78, 172],
    [66, 90, 190],
    [30, 160, 180],
    [90, 205, 110],
    [235, 215, 70],
    [255, 250, 225],
  ],
  poles: [
    [255, 238, 200],
    [86, 96, 190],
  ],
};
