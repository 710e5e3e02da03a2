/** One field of a data form (XEP-0004 section 3.3) as an HTML control. Its name is the field's, after `f.`. */
import { type Html, html } from '../html.ts';
import { words } from './words.ts';

export interface FieldView {
  var: string;
  type: string;
  label: string;
  values: readonly string[];
  options: readonly { value: string; label: string }[];
  required: boolean;
}

/** More than so many choices of one are better rolled up. */
const MAX_RADIOS = 7;
const MAX_LENGTH = '2000';

export function fieldHtml(field: FieldView, id: string): Html {
  switch (field.type) {
    case 'fixed':
      return html`${field.values.map((value) => html`<p>${value}</p>`)}`;
    case 'boolean':
      return checkbox(field, id);
    case 'list-single':
      return field.options.length > MAX_RADIOS ? select(field, id) : choices(field, id, 'radio');
    case 'list-multi':
      return choices(field, id, 'checkbox');
    case 'text-multi':
    case 'jid-multi':
      return lines(field, id);
    default:
      return line(field, id);
  }
}

const name = (field: FieldView) => `f.${field.var}`;
const mark = (field: FieldView) => (field.required ? html` required` : '');

function label(field: FieldView, id: string): Html {
  const optional =
    field.required || field.values.length > 0 || field.label.endsWith(')')
      ? ''
      : html` <span>(${words.command.optional})</span>`;
  return html`<label for="${id}">${field.label}${optional}</label>`;
}

function line(field: FieldView, id: string): Html {
  const isSecret = field.type === 'text-private';
  const isAddress = field.type === 'jid-single';
  const kind = isSecret
    ? html` type="password" autocomplete="new-password"`
    : html` value="${field.values[0] ?? ''}" autocomplete="off"${isAddress ? html` inputmode="email" autocapitalize="none" autocorrect="off" spellcheck="false"` : ''}`;
  return html`${label(field, id)}
<input id="${id}" name="${name(field)}" maxlength="${MAX_LENGTH}"${mark(field)}${kind}>
`;
}

function lines(field: FieldView, id: string): Html {
  const rows = String(Math.min(12, Math.max(3, field.values.length + 1)));
  const hint = field.type === 'jid-multi' ? html`<p class="hint">${words.command.aLine}</p>` : '';
  const plain = field.type === 'jid-multi' ? html` autocapitalize="none" autocorrect="off" spellcheck="false"` : '';
  return html`${label(field, id)}
<textarea id="${id}" name="${name(field)}" rows="${rows}"${mark(field)}${plain}>
${field.values.join('\n')}</textarea>
${hint}`;
}

function checkbox(field: FieldView, id: string): Html {
  const [value = 'false'] = field.values;
  const checked = value === 'true' || value === '1' ? html` checked` : '';
  return html`<p class="choice"><input id="${id}" name="${name(field)}" type="checkbox" value="true"${checked}><label for="${id}">${field.label}</label></p>
`;
}

function select(field: FieldView, id: string): Html {
  const [chosen] = field.values;
  const none = chosen === undefined ? html`<option value="">${words.command.choose}</option>` : '';
  return html`${label(field, id)}
<select id="${id}" name="${name(field)}"${mark(field)}>${none}${field.options.map(
    (option) =>
      html`<option value="${option.value}"${option.value === chosen ? html` selected` : ''}>${option.label}</option>`,
  )}</select>
`;
}

function choices(field: FieldView, id: string, type: 'radio' | 'checkbox'): Html {
  // A browser would want every box of a list checked, not one of them.
  const required = type === 'radio' ? mark(field) : '';
  const isOpen = type === 'radio' && !field.required && field.values.length === 0;
  const options = isOpen ? [{ value: '', label: words.command.none }, ...field.options] : field.options;
  const one = (option: FieldView['options'][number], index: number) => {
    const checked = field.values.includes(option.value) || (isOpen && index === 0) ? html` checked` : '';
    return html`<p class="choice"><input id="${id}-${String(index)}" name="${name(field)}" type="${type}" value="${option.value}"${required}${checked}><label for="${id}-${String(index)}">${option.label}</label></p>
`;
  };
  return html`<fieldset><legend>${field.label}</legend>
${field.options.length === 0 ? html`<p class="hint">${words.command.nothing}</p>` : options.map(one)}</fieldset>
`;
}
