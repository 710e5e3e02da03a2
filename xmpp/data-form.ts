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
  /** What may be chosen: the value, or the value with what people read. */
  options?: readonly (string | FieldOption)[];
  required?: boolean;
  extra?: Element;
}

export interface FieldOption {
  value: string;
  label: string;
}

/** What people read above the fields. */
export interface FormHead {
  title?: string;
  instructions?: string;
}

/** A form with its FORM_TYPE (XEP-0068), where it has one. */
export function formElement(
  type: 'form' | 'result' | 'submit',
  formType: string | undefined,
  fields: readonly FormField[],
  head: FormHead = {},
): Element {
  const hidden: FormField[] = formType === undefined ? [] : [{ var: 'FORM_TYPE', type: 'hidden', values: [formType] }];
  return xml(
    'x',
    { xmlns: NS_DATA_FORM, type },
    ...headElements(head),
    ...[...hidden, ...fields].map((field) => fieldElement(field)),
  );
}

/** Several rows of the same fields (XEP-0004 section 3.4). */
export function tableElement(
  columns: readonly FormField[],
  rows: readonly Readonly<Record<string, string>>[],
  head: FormHead = {},
): Element {
  return xml(
    'x',
    { xmlns: NS_DATA_FORM, type: 'result' },
    ...headElements(head),
    xml('reported', {}, ...columns.map((column) => fieldElement(column))),
    ...rows.map((row) =>
      xml('item', {}, ...columns.map(({ var: name }) => fieldElement({ var: name, values: [row[name] ?? ''] }))),
    ),
  );
}

const headElements = ({ title, instructions }: FormHead) => [
  title === undefined ? null : xml('title', {}, title),
  instructions === undefined ? null : xml('instructions', {}, instructions),
];

function fieldElement({ var: name, type, label, values = [], options = [], required, extra }: FormField): Element {
  return xml(
    'field',
    { var: name, type, label },
    required ? xml('required') : null,
    ...options.map((option) =>
      typeof option === 'string'
        ? xml('option', {}, xml('value', {}, option))
        : xml('option', { label: option.label }, xml('value', {}, option.value)),
    ),
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
