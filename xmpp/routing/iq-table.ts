/**
 * Who answers which IQ: by type, by what it is addressed to, and by the payload's name and namespace (RFC 6120 section 8.2.3).
 * grep for a namespace and you have found its one handler.
 */
import type { Account } from '../store/model.ts';
import type { Element } from '../xml.ts';
import type { Jid } from './jid.ts';
import type { Session } from './session.ts';

export type IqType = 'get' | 'set';

/** 'server': the host's own domain. 'account': a member's bare JID, or no `to` at all. */
export type IqTarget = 'server' | 'account';

/**
 * Who may ask. 'owner': the account itself (for 'server': any member of this host). 'contact': those who may see the account's
 * presence, and the owner. 'anyone': handlers then decide for themselves.
 */
export type IqAccess = 'owner' | 'contact' | 'anyone';

export interface IqRequest {
  type: IqType;
  stanza: Element;
  payload: Element;
  from: Jid;
  to: Jid;
  /** The session that asks, where it is one of this box. */
  session: Session | undefined;
  /** For 'account': whose account it is addressed to. For 'server': the asking member, if it is one of this host. */
  account: Account | undefined;
}

/** The result's payload, or nothing for an empty result. Throw a StanzaError to refuse. */
export type IqHandler = (request: IqRequest) => Element | undefined | Promise<Element | undefined>;

export interface IqEntry {
  access: IqAccess;
  handler: IqHandler;
}

export class IqTable {
  readonly #entries = new Map<string, IqEntry>();

  /** @throws Error where the address has a handler already: that is a mistake of the program. */
  handle(type: IqType, target: IqTarget, name: string, namespace: string, access: IqAccess, handler: IqHandler): void {
    const key = keyOf(type, target, name, namespace);
    if (this.#entries.has(key)) throw new Error(`two handlers for ${key}`);
    this.#entries.set(key, { access, handler });
  }

  find(type: IqType, target: IqTarget, payload: Element): IqEntry | undefined {
    return this.#entries.get(keyOf(type, target, payload.name, payload.getNS() ?? ''));
  }
}

const keyOf = (type: IqType, target: IqTarget, name: string, namespace: string) =>
  `${type}/${target}/${namespace}:${name}`;
