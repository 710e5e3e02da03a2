/** XEP-0004: Data Forms, as far as the server fills in and reads them. */
import { type Element, xml } from './xml.ts';

export const NS_DATA_FORM = 'jabber:x:data';

export type FieldType =
  | 'hidden'
  | 'boolean'
  | 'jid-single'
  | 'jid-multi'
  | 'list-single'
  | 'list-multi'
  | 'text-single'
  | 'text-multi'
  | 'text-private';

export interface FormField {
  var: string;
  type?: FieldType;
  label?: string;
  values?: readonly string[];
  options?: readonly string[];
  extra?: Element;
}

/** A form with its FORM_TYPE (XEP-0068). */
export function formElement(
  type: 'form' | 'result' | 'submit',
  formType: string,
  fields: readonly FormField[],
): Element {
  const hidden: FormField = { var: 'FORM_TYPE', type: 'hidden', values: [formType] };
  return xml('x', { xmlns: NS_DATA_FORM, type }, ...[hidden, ...fields].map(fieldElement));
}

function fieldElement({ var: name, type, label, values = [], options = [], extra }: FormField): Element {
  return xml(
    'field',
    { var: name, type, label },
    ...options.map((option) => xml('option', {}, xml('value', {}, option))),
    ...values.map((value) => xml('value', {}, value)),
    extra,
  );
}

export interface SubmittedForm {
  /** FORM_TYPE; undefined where it is missing. */
  formType: string | undefined;
  /** The values of each field but FORM_TYPE, by its `var`. */
  fields: Map<string, string[]>;
}

export function readForm(form: Element): SubmittedForm {
  const fields = new Map<string, string[]>();
  for (const field of form.getChildren('field')) {
    const values = field.getChildren('value').map((value) => value.text());
    if (field.attrs.var !== undefined) fields.set(field.attrs.var, values);
  }
  const [formType] = fields.get('FORM_TYPE') ?? [];
  fields.delete('FORM_TYPE');
  return { formType, fields };
}
