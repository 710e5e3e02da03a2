/** Somebody with a client, on whichever server. */
import type { Box } from '../../kit/box.ts';
import { childOf, elementsOf, show, type Tree, textOf } from '../../kit/tree.ts';
import { Wire } from '../../kit/wire.ts';
import { PATIENCE_MS, passwordOf } from './server.ts';

const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
/** The features below as XEP-0115 section 5.1 counts them. */
const WANTS_AVATARS = { node: 'https://client.test', ver: 'Otay15y4OuPUeUQ/vzKYmMHDxpc=' };

export class Person {
  readonly wire: Wire;
  #asked = 0;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  get jid(): string {
    return this.wire.jid;
  }

  get bare(): string {
    return this.jid.split('/', 1)[0] ?? '';
  }

  get domain(): string {
    return this.wire.domain;
  }

  write(xml: string): void {
    this.wire.write(xml);
  }

  say(to: string, body: string, more = ''): void {
    this.write(`<message to='${to}' type='chat' id='id of ${body}'><body>${body}</body>${more}</message>`);
  }

  /** The message of this body, whatever else came before it. */
  hears(body: string, from?: string): Promise<Tree> {
    const fits = (node: Tree) => node.name === 'message' && textOf(childOf(node, 'body')) === body;
    return this.wire.element((node) => fits(node) && isFrom(node, from), `the message "${body}"`);
  }

  /** @param from bare for any of its resources */
  sees(from: string, type?: string): Promise<Tree> {
    const fits = (node: Tree) => node.name === 'presence' && node.attrs.get('type') === type;
    return this.wire.element((node) => fits(node) && isFrom(node, from), `presence ${type ?? ''} from ${from}`);
  }

  /** A message or presence that came back. */
  bounced(name: 'message' | 'presence', from: string): Promise<Tree> {
    const fits = (node: Tree) => node.name === name && node.attrs.get('type') === 'error';
    return this.wire.element((node) => fits(node) && isFrom(node, from), `an error from ${from}`);
  }

  /** The answer, whether it is a result or an error. */
  async ask(type: 'get' | 'set', to: string, payload: string): Promise<Tree> {
    this.#asked += 1;
    const id = `ask${this.#asked}`;
    return this.wire.query(`<iq type='${type}' id='${id}' to='${to}'>${payload}</iq>`, id);
  }

  /** @throws Error for an answer that is an error. */
  async asks(type: 'get' | 'set', to: string, payload: string): Promise<Tree> {
    const answer = await this.ask(type, to, payload);
    if (answer.attrs.get('type') !== 'result') throw new Error(show(answer));
    return answer;
  }

  /** Online, with the roster asked for as clients do. */
  async comesOnline(more = ''): Promise<void> {
    await this.asks('get', this.bare, "<query xmlns='jabber:iq:roster'/>");
    this.write(`<presence>${more}</presence>`);
    await this.sees(this.jid);
  }

  /** Its presence says that it wants avatars, and it answers who asks what that means. */
  wantingAvatars(): string {
    const { node, ver } = WANTS_AVATARS;
    this.wire.intercept((query) => {
      if (!childOf(query, 'query', NS_DISCO_INFO) || query.attrs.get('type') !== 'get') return false;
      const asked = childOf(query, 'query')?.attrs.get('node');
      this.write(
        `<iq type='result' id='${query.attrs.get('id')}' to='${query.attrs.get('from')}'>` +
          `<query xmlns='${NS_DISCO_INFO}'${asked === undefined ? '' : ` node='${asked}'`}>` +
          "<identity category='client' type='phone' name='Test'/>" +
          `<feature var='${NS_DISCO_INFO}'/><feature var='urn:xmpp:avatar:metadata+notify'/></query></iq>`,
      );
      return true;
    });
    return `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='${node}' ver='${ver}'/>`;
  }

  /** Of an item of this id at a node of somebody's. */
  async isTold(owner: string, id: string): Promise<void> {
    await this.wire.element((node) => {
      const event = childOf(node, 'event', 'http://jabber.org/protocol/pubsub#event');
      const items = event && childOf(event, 'items');
      return isFrom(node, owner) && items !== undefined && childOf(items, 'item')?.attrs.get('id') === id;
    }, `the item ${id} of ${owner}`);
  }

  /** What the roster says of a contact, once it says so. */
  async rosterSays(contact: string, subscription: string): Promise<void> {
    await this.wire.element((node) => {
      const query = childOf(node, 'query', 'jabber:iq:roster');
      const [item] = query ? elementsOf(query) : [];
      return item?.attrs.get('jid') === contact && item.attrs.get('subscription') === subscription;
    }, `a roster push: ${contact} ${subscription}`);
  }
}

/** A member of our box, made where there is none of that name; its password is the one of `passwordOf`. */
export async function newMember(box: Box, local: string, resource?: string): Promise<Person> {
  await box.addAccount(local, passwordOf(local));
  return member(box, local, resource);
}

/** @param domain another one of the box's than the first */
export async function member(box: Box, local: string, resource = 'ours', domain = box.domain): Promise<Person> {
  const password = passwordOf(local);
  return new Person(await Wire.login({ ...box.reach(), domain, local, password, resource, patienceMs: PATIENCE_MS }));
}

/** Both see each other from then on, and both are online already. */
export async function befriend(one: Person, other: Person): Promise<void> {
  for (const [asking, asked] of [
    [one, other],
    [other, one],
  ] as const) {
    asking.write(`<presence to='${asked.bare}' type='subscribe'/>`);
    await asked.sees(asking.bare, 'subscribe');
    asked.write(`<presence to='${asking.bare}' type='subscribed'/>`);
    await asking.sees(asked.bare, 'subscribed');
    await asking.sees(asked.jid);
  }
}

export function conditionOf(stanza: Tree): string {
  const error = childOf(stanza, 'error');
  return (error ? elementsOf(error)[0]?.name : undefined) ?? 'no error';
}

const isFrom = (node: Tree, from: string | undefined) =>
  from === undefined || node.attrs.get('from') === from || node.attrs.get('from')?.startsWith(`${from}/`) === true;
