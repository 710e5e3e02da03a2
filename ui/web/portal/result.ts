/** What a command came to: values with their names, and tables. What can be followed is a link; an invitation has its QR code. */
import { type Html, html } from '../html.ts';
import { qrSvg } from '../qr-svg.ts';
import { time } from './frame.ts';
import { words } from './words.ts';

export interface ResultView {
  title: string;
  fields: readonly { var: string; label: string; type: string; values: readonly string[] }[];
  columns: readonly { var: string; label: string }[];
  rows: readonly (readonly string[])[];
}

export function resultHtml(result: ResultView): Html {
  const title = result.title === '' ? '' : html`<h2>${result.title}</h2>`;
  const facts = result.fields.length === 0 ? '' : html`<dl>${result.fields.map(fact)}</dl>`;
  return html`<section class="card">
${title}
${scannable(result)}
${facts}
${
  result.columns.length === 0
    ? ''
    : table(
        result.columns.map((column) => column.label),
        result.rows,
      )
}
</section>
`;
}

function fact({ label, type, values }: ResultView['fields'][number]): Html {
  const shown =
    type === 'boolean'
      ? values.map((value) => (value === 'true' || value === '1' ? words.command.yes : words.command.no))
      : values;
  return html`<dt>${label}</dt>${shown.length === 0 ? html`<dd>–</dd>` : shown.map((value) => html`<dd>${valueHtml(value)}</dd>`)}`;
}

/** The page of an invitation, or what an app opens where there is no page. */
function scannable({ fields }: ResultView): Html | '' {
  const of = (name: string) => fields.find((field) => field.var === name)?.values[0];
  const address = of('landing-url') ?? of('uri');
  if (address === undefined || address === '') return '';
  return html`<div class="scan">${qrSvg(address, words.command.qr)}<p>${words.command.scan}</p></div>`;
}

/** On a narrow screen each row is a block of its own, which names its cells. */
function table(columns: readonly string[], rows: readonly (readonly (string | Html)[])[]): Html {
  return html`<table class="rows">
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, index) => cellHtml(cell, columns[index] ?? ''))}</tr>
`,
  )}</tbody>
</table>`;
}

const cellHtml = (cell: string | Html, column: string): Html =>
  html`<td data-label="${column}">${typeof cell === 'string' ? valueHtml(cell) : cell}</td>`;

/** Members choose names: one may look like a date and be none. */
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function valueHtml(value: string): Html {
  if (DATE.test(value) && !Number.isNaN(Date.parse(value))) return time(Date.parse(value));
  if (/^(https?|xmpp):/.test(value)) return html`<a href="${value}" rel="noreferrer noopener">${value}</a>`;
  return html`${value}`;
}
