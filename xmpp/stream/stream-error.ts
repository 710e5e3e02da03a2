/** Stream errors (RFC 6120 section 4.9): they end the stream. */
import { type Element, xml } from '../xml.ts';

const NS_STREAMS = 'urn:ietf:params:xml:ns:xmpp-streams';

export type StreamCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'conflict'
  | 'connection-timeout'
  | 'host-gone'
  | 'host-unknown'
  | 'improper-addressing'
  | 'internal-server-error'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'invalid-xml'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'reset'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'see-other-host'
  | 'system-shutdown'
  | 'undefined-condition'
  | 'unsupported-encoding'
  | 'unsupported-feature'
  | 'unsupported-stanza-type'
  | 'unsupported-version';

export class StreamError extends Error {
  readonly condition: StreamCondition;
  readonly text: string | undefined;
  readonly application: Element | undefined;

  constructor(condition: StreamCondition, text?: string, application?: Element) {
    super(text ?? condition);
    this.name = 'StreamError';
    this.condition = condition;
    this.text = text;
    this.application = application;
  }

  toElement(): Element {
    return xml(
      'stream:error',
      {},
      xml(this.condition, { xmlns: NS_STREAMS }),
      this.text === undefined ? null : xml('text', { xmlns: NS_STREAMS, 'xml:lang': 'en' }, this.text),
      this.application,
    );
  }
}
