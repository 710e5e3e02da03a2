/**
 * XEP-0357: Push Notifications. A member's app server is told when something waits that the app would show: what comes while its
 * client has no session, and what a client's session waits with: broken and to be resumed, or late to acknowledge (an app in the
 * background whose connection stands but which sleeps). A client that is there gets no notification beside.
 */
import type { Extension } from '../../extension.ts';
import type { Account, PushRegistration } from '../../store/model.ts';
import type { Element } from '../../xml.ts';
import { NS_PUSH } from './notification.ts';
import { keyOf, Notifier } from './notifier.ts';
import { attachRegistering, attachTakingBack } from './registering.ts';
import { type Waking, wakingOf } from './waking.ts';

const NO_ROOMS = new Map();

export const push: Extension = {
  name: 'push',
  xep: [
    { number: '0353', title: 'Jingle Message Initiation', version: '0.8.0', status: 'complete' },
    { number: '0357', title: 'Push Notifications', version: '0.4.1', status: 'complete' },
  ],
  features: { account: [NS_PUSH] },

  attach(host) {
    const notifier = new Notifier(host);
    attachRegistering(host);
    attachTakingBack(host);
    const registrationsOf = (account: Account) => host.store.extras.pushRegistrations(account.id);

    /** Registrations that were told of a stanza: it may come by again, given back by a session that was never resumed. */
    const told = new WeakMap<Element, Set<string>>();
    const tell = (account: Account, registration: PushRegistration, stanza: Element, waking: Waking): void => {
      const tellings = told.get(stanza) ?? new Set();
      const key = keyOf(account.id, registration);
      if (tellings.has(key)) return;
      told.set(stanza, tellings.add(key));
      notifier.notify(account, registration, waking);
    };
    /** A call cannot wait until it is seen whether an app in the background has it. */
    const needsTelling = (account: Account, { resource }: PushRegistration, { kind }: Waking): boolean => {
      const session = host.sessions.of(account.id, resource);
      return !session || (kind === 'call' && session.gate?.inactive === true);
    };
    const tellAbsent = (account: Account, stanza: Element): void => {
      const registrations = registrationsOf(account);
      const waking = registrations.length > 0 ? wakingOf(stanza, NO_ROOMS) : undefined;
      if (!waking) return;
      for (const registration of registrations)
        if (needsTelling(account, registration, waking)) tell(account, registration, stanza, waking);
    };

    host.hooks.on('message received', ({ account, stanza, from, after }) => {
      const isOwn = from.local === account.local && host.serves(from.domain);
      if (!isOwn) after.push(() => tellAbsent(account, stanza));
    });
    host.hooks.on('message undelivered', ({ account, stanza, after }) => {
      after.push(() => tellAbsent(account, stanza));
    });
    host.hooks.on('stanza to account', ({ account, stanza, from, drop }) => {
      if (drop || stanza.name !== 'presence' || stanza.attrs.type !== 'subscribe') return;
      const item = host.roster.item(account, from.bare);
      // What is answered by itself wakes nobody.
      if (!item?.approved && !host.roster.sees(account, from.bare)) tellAbsent(account, stanza);
    });
    host.hooks.on('stanzas waiting', ({ session, stanzas }) => {
      const { account, jid, rooms } = session;
      const registrations = registrationsOf(account).filter(({ resource }) => resource === jid.resource);
      if (registrations.length === 0) return;
      for (const stanza of stanzas) {
        const waking = wakingOf(stanza, rooms);
        if (waking) for (const registration of registrations) tell(account, registration, stanza, waking);
      }
    });

    host.onStop(
      host.store.onCommitted((changes) => {
        for (const { kind, data } of changes) if (kind === 'push disabled') notifier.forget(data.account, data);
      }),
    );
    host.hooks.on('account removed', ({ account }) => {
      for (const registration of registrationsOf(account)) notifier.forget(account.id, registration);
    });
    for (const name of ['session bound', 'session resumed', 'stanza from session'] as const) {
      host.hooks.on(name, ({ session: { account, jid } }) => {
        for (const registration of registrationsOf(account))
          if (registration.resource === jid.resource) notifier.cameBack(account, registration);
      });
    }
  },
};
