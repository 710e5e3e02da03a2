/** What an app server is told (XEP-0357 section 7): that something waits, and no more unless the member asked for more. */
import { formElement } from '../../data-form.ts';
import type { PushRegistration } from '../../store/model.ts';
import { parse, xml } from '../../xml.ts';
import type { Waking } from './waking.ts';

export const NS_PUSH = 'urn:xmpp:push:0';
export const NS_SUMMARY = 'urn:xmpp:push:summary';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';

/** App servers take a notification that has a body for one that must be shown at once. This one says nothing. */
const NO_TEXT = 'New message';
/** What the networks of Apple and Google carry has 4 KiB for all. */
const MAX_BODY = 500;

export interface Counts {
  messages: number;
  requests: number;
}

/** The request to publish it, for Host.query. @param from the host's domain */
export function publishRequest(from: string, registration: PushRegistration, waking: Waking, counts: Counts) {
  const { service, node, options } = registration;
  const notification = xml('notification', { xmlns: NS_PUSH }, summary(registration, waking, counts));
  return xml(
    'iq',
    { type: 'set', from, to: service },
    xml(
      'pubsub',
      { xmlns: NS_PUBSUB },
      xml('publish', { node: node === '' ? undefined : node }, xml('item', {}, notification)),
      options === '' ? null : xml('publish-options', {}, parse(options)),
    ),
  );
}

function summary({ shows }: PushRegistration, { kind, sender, body }: Waking, { messages, requests }: Counts) {
  const fields = [{ var: 'message-count', values: [String(messages)] }];
  if (requests > 0) fields.push({ var: 'pending-subscription-count', values: [String(requests)] });
  if (kind !== 'request') {
    if (shows.includes('sender')) fields.push({ var: 'last-message-sender', values: [sender] });
    const text = shows.includes('body') && body ? [...body].slice(0, MAX_BODY).join('') : NO_TEXT;
    fields.push({ var: 'last-message-body', values: [text] });
  }
  return formElement('submit', NS_SUMMARY, fields);
}
