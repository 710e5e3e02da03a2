/** SASL failures (RFC 6120 section 6.5) as values: thrown by a mechanism, answered in one place. */
import { type Element, xml } from '../../xml.ts';

export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure';

export class SaslFailure extends Error {
  readonly condition: SaslCondition;
  readonly text: string | undefined;

  constructor(condition: SaslCondition, text?: string) {
    super(text ?? condition);
    this.name = 'SaslFailure';
    this.condition = condition;
    this.text = text;
  }

  toElement(): Element {
    return xml(
      'failure',
      { xmlns: NS_SASL },
      xml(this.condition),
      this.text === undefined ? null : xml('text', { 'xml:lang': 'en' }, this.text),
    );
  }
}
