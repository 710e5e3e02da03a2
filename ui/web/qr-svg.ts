/** A QR code as inline SVG: dark on light whatever the page's colours, with the quiet zone of ISO/IEC 18004 (4 modules). */
import { encode } from 'uqr';
import { type Html, html } from './html.ts';

const QUIET = 4;

export function qrSvg(content: string, label: string): Html {
  const { data, size } = encode(content, { ecc: 'M', border: 0 });
  const side = size + 2 * QUIET;
  return html`<svg class="qr" viewBox="0 0 ${side} ${side}" role="img" aria-label="${label}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path fill="#000" d="${darkRuns(data)}"/></svg>`;
}

/** One rectangle for each run of dark modules in a row. */
function darkRuns(rows: boolean[][]): string {
  const runs: string[] = [];
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x++) {
      const from = x;
      while (row[x]) x++;
      if (x > from) runs.push(`M${from + QUIET} ${y + QUIET}h${x - from}v1h-${x - from}z`);
    }
  }
  return runs.join('');
}
