/** SASL failures (RFC 6120 section 6.5) as values: thrown by a mechanism, answered in one place. */
import { type Element, xml } from '../../xml.ts';

export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';

export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
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

  /** @param profile the namespace of the profile that says it */
  toElement(profile = NS_SASL): Element {
    return xml(
      'failure',
      { xmlns: profile },
      xml(this.condition, profile === NS_SASL ? {} : { xmlns: NS_SASL }),
      this.text === undefined ? null : xml('text', { 'xml:lang': 'en' }, this.text),
    );
  }
}
