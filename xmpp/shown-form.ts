/** A data form (XEP-0004) as something that shows it to people needs it: plain values, the words of each field, and rows. */
import type { Element } from './xml.ts';

export interface ShownField {
  var: string;
  /** Section 3.3 of XEP-0004; 'text-single' where the form does not say. */
  type: string;
  label: string;
  values: string[];
  options: { value: string; label: string }[];
  required: boolean;
}

export interface ShownForm {
  title: string;
  instructions: string;
  /** But FORM_TYPE. */
  fields: ShownField[];
  /** Of a form with several items (section 3.4); none otherwise. */
  columns: { var: string; label: string }[];
  /** One value for each column. */
  rows: string[][];
}

export function shownForm(form: Element): ShownForm {
  const columns = (form.getChild('reported')?.getChildren('field') ?? []).map(({ attrs }) => {
    const name = attrs.var ?? '';
    return { var: name, label: attrs.label ?? name };
  });
  return {
    title: form.getChildText('title') ?? '',
    instructions: form.getChildText('instructions') ?? '',
    fields: form.getChildren('field').flatMap((field) => (field.attrs.var === 'FORM_TYPE' ? [] : [shownField(field)])),
    columns,
    rows: form.getChildren('item').map((item) => {
      const values = new Map(item.getChildren('field').map((field) => [field.attrs.var, field.getChildText('value')]));
      return columns.map(({ var: name }) => values.get(name) ?? '');
    }),
  };
}

function shownField(field: Element): ShownField {
  const { var: name = '', type = 'text-single', label = name } = field.attrs;
  return {
    var: name,
    type,
    label,
    values: field.getChildren('value').map((value) => value.text()),
    options: field.getChildren('option').map((option) => {
      const value = option.getChildText('value') ?? '';
      return { value, label: option.attrs.label ?? value };
    }),
    required: field.getChild('required') !== undefined,
  };
}
