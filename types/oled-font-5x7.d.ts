/** oled-font-5x7 ships no types: five bytes a letter, one a column, the lowest bit on top; `lookup` names the letters in order. */
declare module 'oled-font-5x7' {
  const font: { width: number; height: number; fontData: number[]; lookup: string[] };
  export = font;
}
