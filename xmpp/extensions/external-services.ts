/**
 * XEP-0215: External Service Discovery. What the box has beside XMPP for its members' calls, with credentials of theirs that end;
 * who asked is told of changes for as long as the session lasts.
 */
import { dateTime } from '../clock.ts';
import type { ExternalService, ServiceCredentials } from '../config.ts';
import type { Extension, Host } from '../extension.ts';
import type { IqRequest } from '../routing/iq-table.ts';
import type { Session } from '../routing/session.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import type { Account } from '../store/model.ts';
import { type Element, xml } from '../xml.ts';

const NS_EXTDISCO = 'urn:xmpp:extdisco:2';

export const externalServices: Extension = {
  name: 'external-services',
  xep: [{ number: '0215', title: 'External Service Discovery', version: '1.0.0', status: 'complete' }],
  attach(host) {
    const { externalServices: services } = host.config;
    if (!services.offered) return;
    const askers = new Askers(host);
    host.disco.addFeatures('server', [NS_EXTDISCO]);
    host.iq.handle('get', 'server', 'services', NS_EXTDISCO, 'owner', (request) => listed(host, askers, request));
    host.iq.handle('get', 'server', 'credentials', NS_EXTDISCO, 'owner', (request) => credentials(host, request));
    host.hooks.on('session ended', ({ session }) => askers.forget(session));
    services.onChange(() => askers.tell());
  },
};

/** What a session was told last, and of which type it had asked; all of them where it named none. */
interface Told {
  type: string | undefined;
  services: readonly ExternalService[];
}

class Askers {
  readonly #host: Host;
  readonly #told = new Map<Session, Told>();

  constructor(host: Host) {
    this.#host = host;
  }

  remember(session: Session, told: Told): void {
    if (!session.ended) this.#told.set(session, told);
  }

  forget(session: Session): void {
    this.#told.delete(session);
  }

  /** Section 3.2: a push holds what is new and what is gone. */
  tell(): void {
    for (const [session, { type, services }] of this.#told) {
      if (!this.#host.access.allows({ action: 'use-service', who: { account: session.account } })) continue;
      const now = servicesFor(this.#host, type);
      const gone = services.filter((old) => !now.some((one) => isSame(one, old)));
      const fresh = now.filter((one) => !services.some((old) => isSame(one, old)));
      if (gone.length + fresh.length === 0) continue;
      this.#told.set(session, { type, services: now });
      const shown = [
        ...fresh.map((service) => describe(service, credentialsOf(this.#host, session.account.id, service), 'add')),
        ...gone.map((service) => describe(service, undefined, 'delete')),
      ];
      const push = xml(
        'iq',
        { type: 'set', from: session.jid.domain, to: session.jid.toString() },
        xml('services', { xmlns: NS_EXTDISCO, type }, ...shown),
      );
      // An app that does not know what to do with it says so; that is nobody's.
      this.#host.query(push).catch(() => undefined);
    }
  }
}

/** The rules of the owner. @throws StanzaError forbidden */
function assertMayUse(host: Host, account: Account | undefined): void {
  if (!account || !host.access.allows({ action: 'use-service', who: { account } }))
    throw new StanzaError('forbidden', { text: 'The owner of this server does not let you use its services.' });
}

function listed(host: Host, askers: Askers, { payload, account, session }: IqRequest): Element {
  assertMayUse(host, account);
  const { type } = payload.attrs;
  const services = servicesFor(host, type);
  if (session) askers.remember(session, { type, services });
  const shown = services.map((service) => describe(service, credentialsOf(host, idOf(account), service)));
  return xml('services', { xmlns: NS_EXTDISCO, type }, ...shown);
}

/** Section 3.3. */
function credentials(host: Host, { payload, account }: IqRequest): Element {
  assertMayUse(host, account);
  const wanted = payload.getChildren('service', NS_EXTDISCO).map(({ attrs }) => attrs);
  if (wanted.length === 0 || wanted.some((one) => !one.host || !one.type))
    throw new StanzaError('bad-request', { text: 'Credentials are for a service with its host and type.' });
  const found = servicesFor(host).filter(
    (service) =>
      service.restricted &&
      wanted.some(
        (one) =>
          one.host === service.host &&
          one.type === service.type &&
          (one.port === undefined || one.port === String(service.port)),
      ),
  );
  if (found.length === 0) throw new StanzaError('item-not-found', { text: 'No such service here wants credentials.' });
  const shown = found.map((service) => describe(service, credentialsOf(host, idOf(account), service)));
  return xml('credentials', { xmlns: NS_EXTDISCO }, ...shown);
}

function servicesFor(host: Host, type?: string): readonly ExternalService[] {
  const services = host.config.externalServices.list(host.server.domain);
  return type === undefined ? services : services.filter((service) => service.type === type);
}

function credentialsOf(host: Host, account: string, { restricted }: ExternalService): ServiceCredentials | undefined {
  return restricted ? host.config.externalServices.credentials(account) : undefined;
}

function describe(
  { type, host, port, transport, restricted }: ExternalService,
  held: ServiceCredentials | undefined,
  action?: 'add' | 'delete',
): Element {
  return xml('service', {
    action,
    type,
    host,
    port: String(port),
    transport,
    restricted: restricted ? 'true' : undefined,
    username: held?.username,
    password: held?.password,
    expires: held && dateTime(held.expiresMs),
  });
}

const isSame = (one: ExternalService, other: ExternalService) =>
  one.type === other.type && one.host === other.host && one.port === other.port && one.transport === other.transport;

function idOf(account: { id: string } | undefined): string {
  if (!account) throw new StanzaError('forbidden');
  return account.id;
}
