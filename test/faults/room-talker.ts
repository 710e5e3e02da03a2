/** A member who is in a room and at work on nodes as fast as the box answers, and notes each promise. */
import type { Box, BoxAccount } from '../kit/box.ts';
import { childOf, elementsOf, type Tree, textOf } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';
import { bodyOf, stanzaId } from './archive.ts';
import type { Promises } from './promises.ts';

const NS_ADMIN = 'http://jabber.org/protocol/muc#admin';
const NS_OWNER = 'http://jabber.org/protocol/muc#owner';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_RSM = 'http://jabber.org/protocol/rsm';
const GUESTS = 6;
const PAGE = 100;

const form = (type: string, fields: Record<string, string>) =>
  `<x xmlns='jabber:x:data' type='submit'>${Object.entries({ FORM_TYPE: type, ...fields })
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;

export class RoomTalker {
  readonly account: BoxAccount;
  readonly wire: Wire;
  readonly room: string;
  readonly #promises: Promises;
  #count = 0;

  private constructor(account: BoxAccount, wire: Wire, room: string, promises: Promises) {
    this.account = account;
    this.wire = wire;
    this.room = room;
    this.#promises = promises;
  }

  /** Logs in and enters the room, which it makes where there is none. */
  static async enter(box: Box, account: BoxAccount, room: string, promises: Promises): Promise<RoomTalker> {
    const wire = await box.login(account, 'home');
    const talker = new RoomTalker(account, wire, room, promises);
    wire.write(
      `<presence to='${room}/${account.local}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`,
    );
    await wire.element((node) => childOf(node, 'subject') !== undefined, 'the subject, with which the entry ends');
    wire.intercept((node) => node.name === 'presence' || (node.name === 'message' && talker.#take(node)));
    return talker;
  }

  /** Makes the room that was entered first everyone's, who all may come. */
  async open(members: readonly string[]): Promise<void> {
    const items = members.map((jid) => `<item affiliation='member' jid='${jid}'/>`).join('');
    await this.#ask(`<query xmlns='${NS_OWNER}'><x xmlns='jabber:x:data' type='submit'/></query>`, this.room);
    await this.#ask(`<query xmlns='${NS_ADMIN}'>${items}</query>`, this.room);
  }

  /** Says one thing after the other. What somebody in the room has seen is a promise. */
  async speak(prefix: string): Promise<void> {
    for (let number = 0; !this.wire.closed; number += 1) {
      const id = `${prefix}-${number}`;
      this.#promises.said.set(id, { id, from: `${this.room}/${this.account.local}`, to: this.room });
      this.wire.write(`<message to='${this.room}' type='groupchat' id='${id}'><body>${id}</body></message>`);
      while (!this.#promises.kept.has(id) && !this.wire.closed)
        await Promise.race([this.#promises.next(), this.wire.gone()]);
    }
  }

  /** Changes the standing of two guests at a time, and the room's name. */
  async administer(): Promise<void> {
    for (let turn = 0; !this.wire.closed; turn += 1) {
      const pair = `guests ${turn % GUESTS}`;
      await this.#overwrite(pair, (number) => {
        // A list tells the reserved nickname of a member and the reason for a ban.
        const items = guestsOf(turn % GUESTS).map((jid) =>
          number % 2 === 0
            ? `<item affiliation='member' jid='${jid}' nick='${number} ${jid}'/>`
            : `<item affiliation='outcast' jid='${jid}'><reason>${number}</reason></item>`,
        );
        return `<query xmlns='${NS_ADMIN}'>${items.join('')}</query>`;
      });
      await this.#overwrite('room name', (number) => {
        const fields = { 'muc#roomconfig_roomname': String(number) };
        return `<query xmlns='${NS_OWNER}'>${form('http://jabber.org/protocol/muc#roomconfig', fields)}</query>`;
      });
    }
  }

  /** Publishes one item after the other on a node that the first of them makes. `service`: where. */
  async publish(service: string, node: string): Promise<void> {
    const options = { 'pubsub#max_items': 'max', 'pubsub#persist_items': 'true' };
    const precondition = `<publish-options>${form(`${NS_PUBSUB}#publish-options`, options)}</publish-options>`;
    for (let number = 0; !this.wire.closed; number += 1) {
      const id = `${node}-${number}`;
      this.#promises.said.set(id, { id, from: this.account.jid, to: node });
      const item = `<item id='${id}'><note xmlns='urn:test:note'>${id}</note></item>`;
      const answer = await this.#answer(
        `<pubsub xmlns='${NS_PUBSUB}'><publish node='${node}'>${item}</publish>${number === 0 ? precondition : ''}</pubsub>`,
        service,
      );
      if (answer === 'result') this.#promises.keep(id);
      else if (answer !== undefined) this.#promises.refuse(`${id}: ${answer}`);
    }
  }

  /** What the room has, by the names under which the promises are noted; every guest of a pair by itself. */
  async values(): Promise<[name: string, value: number][]> {
    const found: [string, number][] = [];
    for (const affiliation of ['member', 'outcast']) {
      const list = `<query xmlns='${NS_ADMIN}'><item affiliation='${affiliation}'/></query>`;
      for (const { attrs, children } of elementsOf(childOf(await this.#ask(list, this.room, 'get'), 'query') ?? none)) {
        const pair = /^guest(\d+)[ab]@/.exec(attrs.get('jid') ?? '')?.[1];
        const reason = textOf(children.find((child): child is Tree => typeof child !== 'string'));
        if (pair !== undefined) found.push([`guests ${pair}`, Number(attrs.get('nick')?.split(' ')[0] ?? reason)]);
      }
    }
    const info = await this.#ask("<query xmlns='http://jabber.org/protocol/disco#info'/>", this.room, 'get');
    const identity = childOf(childOf(info, 'query') ?? none, 'identity');
    found.push(['room name', Number(identity?.attrs.get('name'))]);
    return found;
  }

  /** The ids of a node's items, page after page; each item must hold its own id. Undefined where there is no such node. */
  async items(service: string, node: string): Promise<string[] | undefined> {
    const ids: string[] = [];
    for (let after = ''; ; ) {
      const set = `<set xmlns='${NS_RSM}'><max>${PAGE}</max>${after}</set>`;
      const answer = await this.#ask(
        `<pubsub xmlns='${NS_PUBSUB}'><items node='${node}'/>${set}</pubsub>`,
        service,
        'get',
        true,
      );
      if (answer.attrs.get('type') === 'error') return undefined;
      const pubsub = childOf(answer, 'pubsub') ?? none;
      const page = elementsOf(childOf(pubsub, 'items') ?? none);
      for (const item of page) {
        const id = item.attrs.get('id') ?? '';
        if (textOf(childOf(item, 'note')) !== id) throw new Error(`${id} is not what was published`);
        ids.push(id);
      }
      const last = textOf(childOf(childOf(pubsub, 'set', NS_RSM) ?? none, 'last'));
      if (page.length < PAGE) return ids;
      after = `<after>${last}</after>`;
    }
  }

  async #overwrite(name: string, payload: (number: number) => string): Promise<void> {
    const number = this.#promises.value(name).tried + 1;
    this.#promises.value(name).tried = number;
    const answer = await this.#answer(payload(number), this.room);
    if (answer === 'result') this.#promises.answered(name, number);
    else if (answer !== undefined) this.#promises.refuse(`${name} ${number}: ${answer}`);
  }

  /** What it was answered; undefined where the connection has gone before. */
  async #answer(payload: string, to: string): Promise<string | undefined> {
    const answer = await this.#ask(payload, to, 'set', true).catch(() => undefined);
    const error = answer && childOf(answer, 'error');
    return error
      ? elementsOf(error)
          .map(({ name }) => name)
          .join(' ')
      : answer?.attrs.get('type');
  }

  async #ask(payload: string, to: string, type = 'set', mayFail = false): Promise<Tree> {
    this.#count += 1;
    const id = `ask-${this.#count}`;
    this.wire.write(`<iq type='${type}' id='${id}' to='${to}'>${payload}</iq>`);
    const answer = await this.wire.element((node) => node.name === 'iq' && node.attrs.get('id') === id, id);
    if (!mayFail && answer.attrs.get('type') === 'error') throw new Error(`${payload} was refused`);
    return answer;
  }

  #take(message: Tree): boolean {
    if (childOf(message, 'result')) return false;
    const archiveId = stanzaId(message, this.room);
    const id = bodyOf(message);
    if (message.attrs.get('type') === 'error') this.#promises.refuse(message.attrs.get('id') ?? '');
    else if (id !== '' && archiveId !== undefined) this.#promises.seen(id, archiveId);
    return true;
  }
}

const guestsOf = (pair: number) => [`guest${pair}a@guests.test`, `guest${pair}b@guests.test`];

const none: Tree = { name: '', ns: '', attrs: new Map(), children: [] };
