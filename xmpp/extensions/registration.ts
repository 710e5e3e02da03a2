/**
 * XEP-0077: In-Band Registration, with XEP-0445: Pre-Authenticated In-Band Registration, the way in for who was invited
 * (XEP-0401). An invitation is sent as XEP-0445 has it or, by clients that do not know it, in the data form of XEP-0077 section 4.
 */
import { tryPrepareName } from '../access/name.ts';
import type { Extension, Host } from '../extension.ts';
import type { BeforeLoginRequest, StrangerStream } from '../routing/before-login.ts';
import type { IqRequest } from '../routing/iq-table.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { CommitError } from '../store/store.ts';
import { type Element, xml } from '../xml.ts';

const NS = 'jabber:iq:register';
const NS_FEATURE = 'http://jabber.org/features/iq-register';
const NS_TOKEN_FEATURE = 'urn:xmpp:ibr-token:0';
const NS_PREAUTH = 'urn:xmpp:pars:0';
const NS_FORM = 'jabber:x:data';
/** XEP-0068 section 3.4: a field that no registry knows begins with "x-". */
const CODE_FIELD = 'x-invitation';

/** What a stream that has not logged in is remembered by. */
const MEMORY = { code: 'invite code', acceptedMs: 'invite accepted', done: 'registered' };

export const registration: Extension = {
  name: 'registration',
  xep: [
    { number: '0077', title: 'In-Band Registration', version: '2.4', status: 'complete' },
    { number: '0445', title: 'Pre-Authenticated In-Band Registration', version: '0.2.0', status: 'complete' },
  ],
  features: { server: [NS] },

  attach(host) {
    host.hooks.on('stream features', (event) => {
      if (event.authenticated || !event.secure || host.server.registration === 'closed') return;
      event.add(xml('register', { xmlns: NS_FEATURE }));
      event.add(xml('register', { xmlns: NS_TOKEN_FEATURE }));
    });

    host.beforeLogin.handle('set', 'preauth', NS_PREAUTH, ({ payload, stream }) => {
      assertOpen(host, stream);
      acceptInvitation(host, stream, payload.attrs.token ?? '');
      return undefined;
    });
    host.beforeLogin.handle('get', 'query', NS, ({ stream }) => {
      assertOpen(host, stream);
      return stream.memory.has(MEMORY.code) || host.server.registration === 'open' ? plainForm() : formWithCode();
    });
    host.beforeLogin.handle('set', 'query', NS, (request) => register(host, request));

    for (const target of ['server', 'account'] as const) {
      host.iq.handle('get', target, 'query', NS, 'owner', ({ account }) =>
        xml('query', { xmlns: NS }, xml('registered'), xml('username', {}, account?.local ?? ''), xml('password')),
      );
      host.iq.handle('set', target, 'query', NS, 'owner', (request) => change(host, request));
    }
  },
};

/** @throws StanzaError service-unavailable (closed), forbidden (rules), not-authorized (the stream is not encrypted) */
function assertOpen(host: Host, stream: StrangerStream): void {
  if (host.server.registration === 'closed') throw new StanzaError('service-unavailable');
  if (!host.access.allows({ action: 'register', who: { address: stream.address } }))
    throw new StanzaError('forbidden', {
      text: 'The owner of this server lets nobody make an account from this network.',
    });
  if (!stream.secure) throw new StanzaError('not-authorized', { text: 'Registration needs an encrypted stream.' });
}

/** XEP-0445 section 4: judged here once and for all; used up by the registration only. */
function acceptInvitation(host: Host, stream: StrangerStream, code: string): void {
  const { throttle } = host.accounts;
  if (!throttle.mayTryCode(stream.address))
    throw new StanzaError('resource-constraint', {
      text: 'Too many wrong invitations came from here; try again later.',
    });
  const invite = host.invites.find(code);
  if (!invite || invite.registers === false) {
    throttle.wrongCode(stream.address);
    host.hooks.run('invite refused', { address: stream.address });
    throw new StanzaError('item-not-found', { text: 'The provided token is invalid or expired' });
  }
  stream.memory.set(MEMORY.code, invite.code);
  stream.memory.set(MEMORY.acceptedMs, String(host.clock.nowMs()));
}

const INSTRUCTIONS = 'Choose a name and a password of at least eight characters.';

const plainForm = () =>
  xml('query', { xmlns: NS }, xml('instructions', {}, INSTRUCTIONS), xml('username'), xml('password'));

/** A form with fields that the plain elements lack stands beside instructions only (section 6, table 3). */
const formWithCode = () =>
  xml(
    'query',
    { xmlns: NS },
    xml('instructions', {}, 'An account here takes an invitation, and a client that can show this form.'),
    xml(
      'x',
      { xmlns: NS_FORM, type: 'form' },
      xml('title', {}, 'New account'),
      xml('instructions', {}, `${INSTRUCTIONS} The code is on your invitation.`),
      xml('field', { type: 'hidden', var: 'FORM_TYPE' }, xml('value', {}, NS)),
      field('text-single', 'username', 'Name'),
      field('text-private', 'password', 'Password'),
      field('text-single', CODE_FIELD, 'Invitation code'),
    ),
  );

const field = (type: string, name: string, label: string) => xml('field', { type, var: name, label }, xml('required'));

async function register(host: Host, { payload, stream }: BeforeLoginRequest): Promise<undefined> {
  if (payload.getChild('remove')) throw new StanzaError('unexpected-request');
  assertOpen(host, stream);
  if (stream.memory.has(MEMORY.done))
    throw new StanzaError('not-acceptable', { text: 'This stream has made an account; log in to it.' });
  const { username, password, code } = takeFields(payload);
  if (!username || !password) throw new StanzaError('not-acceptable', { text: 'A name and a password are needed.' });
  if (code) acceptInvitation(host, stream, code);
  const inviteCode = stream.memory.get(MEMORY.code);
  if (inviteCode === undefined) admitUninvited(host, stream);
  stream.memory.set(MEMORY.done, 'yes');
  try {
    await host.accounts.create({
      local: username,
      password,
      role: 'member',
      address: stream.address,
      ...(inviteCode !== undefined && { inviteCode, inviteAcceptedMs: Number(stream.memory.get(MEMORY.acceptedMs)) }),
    });
  } catch (error) {
    stream.memory.delete(MEMORY.done);
    if (error instanceof CommitError)
      throw new StanzaError('resource-constraint', { text: 'The server cannot store anything at the moment.' });
    throw error;
  }
  return undefined;
}

function admitUninvited(host: Host, stream: StrangerStream): void {
  if (host.server.registration !== 'open')
    throw new StanzaError('forbidden', { text: 'Registration here is by invitation only.' });
  if (!host.accounts.throttle.mayRegister(stream.address))
    throw new StanzaError('resource-constraint', { text: 'Too many accounts were made from here; try again later.' });
  host.accounts.throttle.registering(stream.address);
}

/** A member's request: the account's removal, or a new password. */
async function change(host: Host, request: IqRequest): Promise<undefined> {
  const { account, session, payload } = request;
  if (!account || !session) throw new StanzaError('forbidden');
  if (payload.getChild('remove')) {
    if (payload.getChildElements().length > 1) throw new StanzaError('bad-request');
    await host.accounts.remove(account, session);
    // The result goes out first (section 3.2).
    host.clock.after(0, () => session.outlet.close('not-authorized', 'The account was removed.'));
    return undefined;
  }
  await changePassword(host, account, session, payload);
  return undefined;
}

async function changePassword(host: Host, account: Account, session: Session, payload: Element): Promise<void> {
  const { username, password } = takeFields(payload);
  if (!session.outlet.secure)
    throw new StanzaError('not-authorized', { type: 'modify', text: 'This needs an encrypted stream.' });
  if (!username || !password) throw new StanzaError('bad-request', { text: 'A name and a password are needed.' });
  const [local = ''] = username.split('@');
  if (tryPrepareName(local) !== account.local)
    throw new StanzaError('not-allowed', { text: 'The password of another account is not yours to change.' });
  await host.accounts.setPassword(account, password, { asker: session });
}

/** Takes what was sent out of the payload, so that no error carries the password back (section 3.3). */
function takeFields(payload: Element): { username: string; password: string; code: string } {
  const form = payload.getChild('x', NS_FORM);
  const read = (name: string) =>
    form
      ? (form
          .getChildren('field')
          .find(({ attrs }) => attrs.var === name)
          ?.getChildText('value') ?? '')
      : (payload.getChildText(name) ?? '');
  const fields = { username: read('username').trim(), password: read('password'), code: read(CODE_FIELD) };
  payload.children = [];
  return fields;
}
