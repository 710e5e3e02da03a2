/** Requests to the nodes of an account, as the tests write them. */
import { type Element, xml } from '../../../../xmpp/xml.ts';
import { type Client, conditionOf, type TestHost } from '../harness.ts';

export const NS = 'http://jabber.org/protocol/pubsub';
export const OWNER = `${NS}#owner`;
export const EVENT = `${NS}#event`;

/** A submitted form; names without `pubsub#`. */
export function form(formType: string, fields: Record<string, string>): Element {
  const field = (name: string, value: string) => xml('field', { var: name }, xml('value', {}, value));
  return xml(
    'x',
    { xmlns: 'jabber:x:data', type: 'submit' },
    field('FORM_TYPE', `${NS}#${formType}`),
    ...Object.entries(fields).map(([name, value]) => field(`pubsub#${name}`, value)),
  );
}

export const pubsub = (xmlns: string, ...children: (Element | null)[]) => xml('pubsub', { xmlns }, ...children);

export const tune = (title = 'x') => xml('tune', { xmlns: 'urn:tune' }, title);

export function publish(
  host: TestHost,
  client: Client,
  { node = 'urn:tune', id, content = tune(), options, to }: PublishOptions = {},
): Promise<Element> {
  const element = xml('publish', { node }, xml('item', { id }, content));
  const wanted = options ? xml('publish-options', {}, form('publish-options', options)) : null;
  return host.ask(client, 'set', pubsub(NS, element, wanted), to);
}

export interface PublishOptions {
  node?: string;
  id?: string;
  content?: Element | null;
  options?: Record<string, string>;
  to?: string;
}

export function get(
  host: TestHost,
  client: Client,
  to?: string,
  attrs: Record<string, string> = {},
  ...more: Element[]
): Promise<Element> {
  const items = attrs.id === undefined ? [] : [xml('item', { id: attrs.id })];
  const { id: _, ...rest } = attrs;
  return host.ask(client, 'get', pubsub(NS, xml('items', { node: 'urn:tune', ...rest }, ...items), ...more), to);
}

export const itemsOf = (reply: Element) => reply.getChild('pubsub', NS)?.getChild('items')?.getChildren('item') ?? [];
export const idsOf = (reply: Element) => itemsOf(reply).map(({ attrs }) => attrs.id);

/** 'condition' or 'condition/pubsub condition' of an error; undefined for a result. */
export function errorOf(reply: Element): string | undefined {
  const own = reply
    .getChild('error')
    ?.getChildElements()
    .find((child) => child.getNS() === `${NS}#errors`);
  const condition = conditionOf(reply);
  if (!own) return condition;
  return `${condition}/${own.name}${own.attrs.feature === undefined ? '' : ` ${own.attrs.feature}`}`;
}
