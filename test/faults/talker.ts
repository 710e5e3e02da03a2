/** A client that talks as fast as it is answered, changes what the server keeps for it all the while, and notes each promise. */
import type { Box, BoxAccount } from '../kit/box.ts';
import { Managed } from '../kit/managed.ts';
import { childOf, elementsOf, type Tree, textOf } from '../kit/tree.ts';
import type { Wire } from '../kit/wire.ts';
import { bare, stanzaId } from './archive.ts';
import type { Promises } from './promises.ts';

/** Messages under way at a time. */
const WINDOW = 8;
const CONTACTS = 10;
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';

const KINDS = ['roster', 'vcard', 'private', 'publish'] as const;
type Kind = (typeof KINDS)[number];

export interface TalkerOptions {
  box: Box;
  account: BoxAccount;
  /** With stream management. */
  managed: boolean;
  promises: Promises;
}

export class Talker {
  readonly jid: string;
  readonly wire: Wire;
  readonly #promises: Promises;
  readonly #managed: Managed | undefined;
  /** What was sent since stream management was enabled, in order: message ids, or nothing for other stanzas. */
  readonly #outgoing: (string | undefined)[] = [];
  #settled = 0;
  #gone = false;

  private constructor(jid: string, wire: Wire, promises: Promises, managed: Managed | undefined) {
    this.jid = jid;
    this.wire = wire;
    this.#promises = promises;
    this.#managed = managed;
    wire.intercept((node) => childOf(node, 'body') !== undefined && this.#take(node));
    // Roster pushes tell nothing that the answers do not.
    wire.intercept((node) => node.name === 'iq' && node.attrs.get('type') === 'set');
    void wire.gone().then(() => {
      this.#gone = true;
      this.#settle();
    });
  }

  /** Logs in and comes online. */
  static async login({ box, account, managed, promises }: TalkerOptions): Promise<Talker> {
    const wire = await box.login(account, 'home');
    const management = managed ? await Managed.enable(wire) : undefined;
    const talker = new Talker(account.jid, wire, promises, management);
    talker.#say('<presence/>');
    await wire.element((node) => node.name === 'presence' && node.attrs.get('from') === wire.jid, 'the own presence');
    return talker;
  }

  /** Sends numbered messages to the peers in turn until the connection is gone. */
  async talk(peers: readonly string[], prefix: string): Promise<void> {
    for (let number = 0; !this.#gone; number += WINDOW) {
      const window = Array.from({ length: WINDOW }, (_, place) => ({
        id: `${prefix}-${number + place}`,
        to: peers[(number + place) % peers.length] ?? '',
      }));
      for (const { id, to } of window) {
        this.#promises.said.set(id, { id, from: this.jid, to });
        this.#say(`<message to='${to}' type='chat' id='${id}'><body>${id}</body></message>`, id);
      }
      await (this.#managed ? this.#acknowledgement(this.#managed) : this.#arrival(window.map(({ id }) => id)));
    }
  }

  /** Overwrites one value after the other, each with the next number, until the connection is gone. */
  async change(): Promise<void> {
    for (let turn = 0; !this.#gone; turn += 1) {
      for (const kind of KINDS) {
        const name = this.#valueName(kind, turn % CONTACTS);
        const number = this.#promises.value(name).tried + 1;
        this.#promises.value(name).tried = number;
        const id = `${kind}-${turn}`;
        this.#say(`<iq type='set' id='${id}'>${request(kind, turn % CONTACTS, number)}</iq>`);
        const answer = await this.wire.element((node) => isAnswer(node, id), id).catch(() => undefined);
        if (answer === undefined) return;
        if (answer.attrs.get('type') === 'result') this.#promises.answered(name, number);
        else this.#promises.refuse(`${this.jid} ${id}`);
      }
    }
  }

  /** What the server now has for this member, by the names under which the promises are noted. */
  async values(): Promise<Map<string, number>> {
    const ask = (id: string, payload: string) => this.wire.query(`<iq type='get' id='${id}'>${payload}</iq>`, id);
    const values = new Map<string, number>();
    const note = (kind: Kind, text: string, contact = 0) => {
      if (text !== '') values.set(this.#valueName(kind, contact), Number(text));
    };
    const roster = childOf(await ask('r', "<query xmlns='jabber:iq:roster'/>"), 'query');
    for (const item of elementsOf(roster ?? none)) {
      note('roster', item.attrs.get('name') ?? '', Number(/\d+/.exec(item.attrs.get('jid') ?? '')?.[0]));
    }
    note('vcard', deepText(await ask('v', "<vCard xmlns='vcard-temp'/>")));
    note(
      'private',
      deepText(await ask('p', "<query xmlns='jabber:iq:private'><notes xmlns='urn:test:notes'/></query>")),
    );
    note('publish', deepText(await ask('i', `<pubsub xmlns='${NS_PUBSUB}'><items node='urn:test:tune'/></pubsub>`)));
    return values;
  }

  #valueName(kind: Kind, contact: number): string {
    return `${this.jid} ${kind}${kind === 'roster' ? ` ${contact}` : ''}`;
  }

  #say(stanza: string, messageId?: string): void {
    this.#outgoing.push(messageId);
    this.wire.write(stanza);
  }

  #take(message: Tree): boolean {
    const id = message.attrs.get('id') ?? '';
    const archiveId = stanzaId(message, this.jid);
    if (message.attrs.get('type') === 'error') this.#promises.refuse(id);
    else if (bare(message.attrs.get('to') ?? '') === this.jid && archiveId !== undefined) {
      this.#promises.seen(id, archiveId);
    }
    return true;
  }

  async #acknowledgement(managed: Managed): Promise<void> {
    await managed.request().catch(() => undefined);
    this.#settle();
  }

  #settle(): void {
    const acknowledged = this.#managed?.acknowledged ?? 0;
    for (const id of this.#outgoing.slice(this.#settled, acknowledged)) if (id !== undefined) this.#promises.keep(id);
    this.#settled = acknowledged;
  }

  /** The recipients' sight of it is all that a client without stream management can count on. */
  async #arrival(ids: readonly string[]): Promise<void> {
    while (!this.#gone && !ids.every((id) => this.#promises.kept.has(id))) {
      await Promise.race([this.#promises.next(), this.wire.gone()]);
    }
  }
}

const none: Tree = { name: '', ns: '', attrs: new Map(), children: [] };

const isAnswer = (node: Tree, id: string) =>
  node.name === 'iq' && node.attrs.get('id') === id && ['result', 'error'].includes(node.attrs.get('type') ?? '');

const deepText = (tree: Tree): string => textOf(tree) + elementsOf(tree).map(deepText).join('');

function request(kind: Kind, contact: number, number: number): string {
  switch (kind) {
    case 'roster':
      return `<query xmlns='jabber:iq:roster'><item jid='friend${contact}@example.test' name='${number}'/></query>`;
    case 'vcard':
      return `<vCard xmlns='vcard-temp'><NICKNAME>${number}</NICKNAME></vCard>`;
    case 'private':
      return `<query xmlns='jabber:iq:private'><notes xmlns='urn:test:notes'>${number}</notes></query>`;
    case 'publish': {
      const item = `<item id='current'><tune xmlns='urn:test:tune'>${number}</tune></item>`;
      return `<pubsub xmlns='${NS_PUBSUB}'><publish node='urn:test:tune'>${item}</publish></pubsub>`;
    }
  }
}
