/** XEP-0227: Portable Import/Export Format for XMPP-IM Servers. What reader, writer and importer share. */

export const NS_PIE = 'urn:xmpp:pie:0';
export const NS_SCRAM = `${NS_PIE}#scram`;
export const NS_MAM = `${NS_PIE}#mam`;
export const NS_ROSTER = 'jabber:iq:roster';
export const NS_PRIVATE = 'jabber:iq:private';
export const NS_PRIVACY = 'jabber:iq:privacy';
export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_PUBSUB_OWNER = `${NS_PUBSUB}#owner`;
export const NS_DELAY = 'urn:xmpp:delay';
export const NS_FORWARD = 'urn:xmpp:forward:0';
export const NS_RESULT = 'urn:xmpp:mam:2';

/** Children of a user that hold many things, which are read one by one. */
export const CONTAINERS = {
  roster: `${NS_ROSTER} query`,
  private: `${NS_PRIVATE} query`,
  offline: `${NS_PIE} offline-messages`,
  archive: `${NS_MAM} archive`,
  nodes: `${NS_PUBSUB_OWNER} pubsub`,
  items: `${NS_PUBSUB} items`,
} as const;

/** 'user': a child of the user itself. */
export type Container = keyof typeof CONTAINERS | 'user';

/** An export, a piece at a time, in the order of the file. Plain data, so that it goes over the control socket. */
export type Piece =
  | { kind: 'user'; host: string; name: string; password?: string }
  /** `xml`: the serialised element with its `xmlns`. `node`: of items. */
  | { kind: 'part'; within: Container; xml: string; node?: string }
  | { kind: 'end of user' }
  /** What the format does not have there. */
  | { kind: 'unknown'; what: string };
