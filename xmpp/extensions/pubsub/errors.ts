/** The namespaces of XEP-0060 and its errors (section 7.1.3 and those beside it). */
import { type StanzaCondition, StanzaError, type StanzaErrorDetails } from '../../routing/stanza-error.ts';
import { xml } from '../../xml.ts';

export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_OWNER = `${NS_PUBSUB}#owner`;
export const NS_EVENT = `${NS_PUBSUB}#event`;
const NS_ERRORS = `${NS_PUBSUB}#errors`;

/** A stanza error with pubsub's own condition. */
export function pubsubError(
  condition: StanzaCondition,
  name: string,
  details: Omit<StanzaErrorDetails, 'application'> = {},
): StanzaError {
  return new StanzaError(condition, { ...details, application: xml(name, { xmlns: NS_ERRORS }) });
}

/** `feature` is the part of the feature's name after '#'. */
export function unsupported(feature: string): StanzaError {
  return new StanzaError('feature-not-implemented', { application: xml('unsupported', { xmlns: NS_ERRORS, feature }) });
}
