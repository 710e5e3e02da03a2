/** `<body/>` of BOSH, read and written (XEP-0124 section 6). */
import { Element } from '../../xml.ts';
import { NS_CLIENT } from '../opening.ts';
import { NS_STREAM, type ParserLimits } from '../parser.ts';
import { attribute } from '../serialize.ts';
import { StreamError } from '../stream-error.ts';
import { parseElement } from '../web/parse-element.ts';
import { isOfStreamNamespace } from '../web/standalone.ts';

const NS_BOSH = 'http://jabber.org/protocol/httpbind';
const NS_XBOSH = 'urn:xmpp:xbosh';

/** Terminal binding conditions (section 17.2), as far as they are said here. */
export type BoshCondition =
  | 'bad-request'
  | 'host-unknown'
  | 'improper-addressing'
  | 'item-not-found'
  | 'policy-violation'
  | 'remote-stream-error'
  | 'system-shutdown'
  | 'undefined-condition';

export interface BoshBody {
  rid: number | undefined;
  sid: string | undefined;
  terminates: boolean;
  /** XEP-0206 section 5: the stream begins anew. */
  restarts: boolean;
  to: string | undefined;
  from: string | undefined;
  lang: string | undefined;
  /** Of XMPP. */
  version: string | undefined;
  /** Seconds. */
  wait: number | undefined;
  hold: number | undefined;
  pause: number | undefined;
  key: string | undefined;
  newKey: string | undefined;
  /** As elements of a stream of `jabber:client`. */
  payloads: Element[];
}

/** @throws StreamError where it is no body */
export function readBody(bytes: Uint8Array, limits: ParserLimits): BoshBody {
  const root = parseElement(bytes, NS_BOSH, { ...limits, depth: limits.depth && limits.depth + 1 });
  if (root.name !== 'body' || root.attrs.xmlns !== undefined) throw new StreamError('bad-format', 'no <body/>');
  const own = (name: string) => root.attrs[name] as string | undefined;
  const xmpp = (name: string) => ofNamespace(root, name);
  return {
    rid: whole(own('rid')),
    sid: own('sid'),
    terminates: own('type') === 'terminate',
    restarts: xmpp('restart') === 'true' || xmpp('restart') === '1',
    to: own('to'),
    from: own('from'),
    lang: own('xml:lang'),
    version: xmpp('version'),
    wait: whole(own('wait')),
    hold: whole(own('hold')),
    pause: whole(own('pause')),
    key: own('key'),
    newKey: own('newkey'),
    payloads: payloadsOf(root),
  };
}

function whole(text: string | undefined): number | undefined {
  const value = /^\d{1,16}$/.test(text ?? '') ? Number(text) : undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

function ofNamespace({ attrs }: Element, name: string): string | undefined {
  const declared = Object.keys(attrs).find((key) => key.startsWith('xmlns:') && attrs[key] === NS_XBOSH);
  return declared && attrs[`${declared.slice('xmlns:'.length)}:${name}`];
}

/** Stanzas that name no namespace mean `jabber:client` (XEP-0206 section 2). */
function payloadsOf(root: Element): Element[] {
  const payloads: Element[] = [];
  for (const child of root.children.splice(0)) {
    if (child instanceof Element) {
      if (child.attrs.xmlns === NS_CLIENT) delete child.attrs.xmlns;
      child.parent = null;
      payloads.push(child);
    } else if (child.trim() !== '') {
      throw new StreamError('bad-format', 'text in <body/>');
    }
  }
  return payloads;
}

/** What the first response tells of the session (section 7.2). Times in seconds. */
export interface SessionTerms {
  sid: string;
  wait: number;
  hold: number;
  requests: number;
  inactivity: number;
  /** The shortest interval of a session that polls; undefined for one that does not. */
  polling: number | undefined;
  maxpause: number;
}

export interface Answer {
  terms?: SessionTerms;
  from?: string | undefined;
  /** The session is over; with a condition where it did not end well. */
  terminate?: { condition?: BoshCondition | undefined };
  /** A recoverable error: the client repeats what was not answered (section 17.3). */
  repeat?: boolean;
  payloads?: readonly string[];
}

export function bodyText({ terms, from, terminate, repeat, payloads = [] }: Answer): string {
  const attributes: Record<string, string | number | undefined> = {
    xmlns: NS_BOSH,
    'xmlns:stream': payloads.some(isOfStreamNamespace) ? NS_STREAM : undefined,
    ...(terms && { ...terms, ver: '1.11', 'xmlns:xmpp': NS_XBOSH, 'xmpp:version': '1.0', 'xmpp:restartlogic': 'true' }),
    from,
    type: terminate ? 'terminate' : repeat ? 'error' : undefined,
    condition: terminate?.condition,
  };
  let text = '<body';
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${name}='${attribute(String(value))}'`;
  }
  return payloads.length === 0 ? `${text}/>` : `${text}>${payloads.join('')}</body>`;
}
