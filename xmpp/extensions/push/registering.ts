/** How clients enable and disable push services (XEP-0357 sections 5 and 6). */
import { NS_DATA_FORM, readForm } from '../../data-form.ts';
import type { Host } from '../../extension.ts';
import type { IqRequest } from '../../routing/iq-table.ts';
import { Jid } from '../../routing/jid.ts';
import { StanzaError } from '../../routing/stanza-error.ts';
import { change } from '../../store/changes.ts';
import type { Account, PushRegistration } from '../../store/model.ts';
import type { Element } from '../../xml.ts';
import { NS_PUSH, NS_SUMMARY } from './notification.ts';

const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';
/** The oldest goes: apps whose address changes leave the old one behind. */
const MAX_REGISTRATIONS = 20;
const MAX_CHARACTERS = 4000;

export function attachRegistering(host: Host): void {
  host.iq.handle('set', 'account', 'enable', NS_PUSH, 'owner', async (request) => {
    const account = accountOf(request);
    const registration = read(host, request);
    const others = registrationsOf(host, account).filter((other) => !isSame(other, registration));
    const tooMany = others.slice(0, Math.max(0, others.length + 1 - MAX_REGISTRATIONS));
    const kept = change('push enabled', { account: account.id, ...registration });
    await disable(host, account, tooMany, kept);
    return undefined;
  });

  host.iq.handle('set', 'account', 'disable', NS_PUSH, 'owner', async (request) => {
    const account = accountOf(request);
    const service = serviceOf(request.payload).toString();
    const { node } = request.payload.attrs;
    const gone = registrationsOf(host, account).filter(
      (each) => each.service === service && (node === undefined || each.node === node),
    );
    await disable(host, account, gone);
    return undefined;
  });
}

/** Section 8: a service takes back the right to publish at one of its nodes. */
export function attachTakingBack(host: Host): void {
  host.hooks.on('stanza to account', ({ account, stanza, from }) => {
    const pubsub = stanza.name === 'message' ? stanza.getChild('pubsub', NS_PUBSUB) : undefined;
    const affiliation = pubsub?.getChild('affiliation')?.attrs;
    if (affiliation?.affiliation !== 'none' || affiliation.jid !== host.addressOf(account)) return;
    const gone = registrationsOf(host, account).filter(
      ({ service, node }) => service === from.toString() && node === (pubsub?.attrs.node ?? ''),
    );
    disable(host, account, gone).catch((error: unknown) =>
      host.log.warn({ error: String(error), account: account.id }, 'a push service stays registered'),
    );
  });
}

const registrationsOf = (host: Host, account: Account) => host.store.extras.pushRegistrations(account.id);
const isSame = (one: PushRegistration, other: PushRegistration) =>
  one.service === other.service && one.node === other.node;

async function disable(
  host: Host,
  account: Account,
  gone: readonly PushRegistration[],
  ...more: ReturnType<typeof change>[]
): Promise<void> {
  const disabled = gone.map(({ service, node }) => change('push disabled', { account: account.id, service, node }));
  const changes = [...disabled, ...more];
  if (changes.length > 0) await host.store.journal.commit(...changes);
}

/** @throws StanzaError for what is no push service, or asks for too much */
function read(host: Host, { payload, from, session }: IqRequest): PushRegistration {
  const service = serviceOf(payload);
  assertPushService(host, service);
  const forms = payload.getChildren('x', NS_DATA_FORM);
  const formOf = (type: string) => forms.find((form) => readForm(form).formType === type);
  const options = formOf(NS_PUBLISH_OPTIONS)?.toString() ?? '';
  const { node = '' } = payload.attrs;
  if (options.length + node.length > MAX_CHARACTERS)
    throw new StanzaError('not-acceptable', { text: 'These publish options are too long.' });
  const { resource } = from;
  const shows = shown(formOf(NS_SUMMARY));
  const client = session?.client ?? '';
  return { service: service.toString(), node, resource, client, options, shows, atMs: host.clock.nowMs() };
}

/** What the member lets a notification show: fields of the summary form that are set to true. Nothing by default. */
function shown(form: Element | undefined): PushRegistration['shows'] {
  const fields = form ? readForm(form).fields : new Map<string, string[]>();
  const isSet = (name: string) => ['1', 'true'].includes(fields.get(name)?.[0] ?? '');
  return (['sender', 'body'] as const).filter((part) => isSet(`last-message-${part}`));
}

function serviceOf({ attrs: { jid } }: Element): Jid {
  if (!jid) throw new StanzaError('bad-request', { text: "The attribute 'jid' is missing." });
  return Jid.parse(jid);
}

/** The box speaks for itself when it publishes: it must not be led to do so to its own services, or to members' nodes. */
function assertPushService(host: Host, jid: Jid): void {
  const isMembersClient = host.serves(jid.domain) && jid.local !== '' && jid.resource !== '';
  if (isMembersClient) return;
  const dot = jid.domain.indexOf('.');
  const isOwnService = host.serves(jid.domain.slice(dot + 1)) && host.services.find(jid.domain.slice(0, dot));
  if (host.serves(jid.domain) || isOwnService)
    throw new StanzaError('not-allowed', { text: 'This is no push service.' });
}

function accountOf({ account }: IqRequest): Account {
  if (!account) throw new StanzaError('forbidden');
  return account;
}
