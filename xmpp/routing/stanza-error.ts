/** Stanza errors as values: thrown by any handler, turned into a reply in one place (RFC 6120 section 8.3). */
import { type Element, xml } from '../xml.ts';

const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export const ERROR_TYPES = ['auth', 'cancel', 'continue', 'modify', 'wait'] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

/** The defined conditions with the type that RFC 6120 section 8.3.3 recommends for each. */
const DEFAULT_TYPES = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  // Of XEP-0220 section 2.5, which has it in the same namespace.
  'remote-connection-failed': 'wait',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} as const satisfies Record<string, ErrorType>;

export type StanzaCondition = keyof typeof DEFAULT_TYPES;

export interface StanzaErrorDetails {
  /** Other than the recommended one. */
  type?: ErrorType;
  /** For a person; English. */
  text?: string;
  /** An application-specific condition with its own namespace. */
  application?: Element;
  /** With `gone` and `redirect`: a URI at which its recipient is found (RFC 6120 sections 8.3.3.5 and 8.3.3.14). */
  address?: string;
  /** Stands in the answer in place of the payload that was asked with. */
  payload?: Element;
}

export class StanzaError extends Error {
  readonly condition: StanzaCondition;
  readonly type: ErrorType;
  readonly text: string | undefined;
  readonly application: Element | undefined;
  readonly payload: Element | undefined;
  readonly address: string | undefined;

  constructor(condition: StanzaCondition, details: StanzaErrorDetails = {}) {
    super(details.text ?? condition);
    this.name = 'StanzaError';
    this.condition = condition;
    this.type = details.type ?? DEFAULT_TYPES[condition];
    this.text = details.text;
    this.application = details.application;
    this.payload = details.payload;
    this.address = details.address;
  }

  /** `<error type='…'>` with the condition, the text and the application's own condition. */
  toElement(): Element {
    return xml(
      'error',
      { type: this.type },
      xml(this.condition, { xmlns: NS_STANZAS }, this.address),
      this.text === undefined ? null : xml('text', { xmlns: NS_STANZAS, 'xml:lang': 'en' }, this.text),
      this.application,
    );
  }
}
