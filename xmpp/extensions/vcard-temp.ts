/** XEP-0054: vcard-temp. World-readable, as its section 5 says. */
import type { Extension } from '../extension.ts';
import { StanzaError } from '../routing/stanza-error.ts';
import { type Change, change } from '../store/changes.ts';
import { parse } from '../xml.ts';

const NS = 'vcard-temp';
/** A photo of a phone's size fits; a member's whole album does not. */
const MAX_BYTES = 131_072;

export const vcardTemp: Extension = {
  name: 'vcard-temp',
  xep: [{ number: '0054', title: 'vcard-temp', version: '1.3.0', status: 'complete' }],
  features: { server: [NS], account: [NS] },

  attach(host) {
    host.iq.handle('get', 'account', 'vCard', NS, 'anyone', ({ account, from }) => {
      const vcard = account && host.store.extras.vcard(account.id);
      if (vcard !== undefined) return parse(vcard);
      // To others no vCard is the same as no account (section 3.3).
      const own = account && from.local === account.local && host.serves(from.domain);
      throw new StanzaError(own ? 'item-not-found' : 'service-unavailable');
    });

    host.iq.handle('set', 'account', 'vCard', NS, 'owner', async ({ account, payload, from }) => {
      if (!account) throw new StanzaError('forbidden');
      const vcard = payload.toString();
      if (Buffer.byteLength(vcard) > MAX_BYTES)
        throw new StanzaError('policy-violation', { text: `A vCard has ${MAX_BYTES} bytes at most.` });
      await host.turns.run(account.id, async () => {
        const changes: Change[] = [change('vcard set', { account: account.id, vcard })];
        const after: (() => void)[] = [];
        host.hooks.run('vcard set', { account, vcard: payload, by: from, changes, after });
        await host.store.journal.commit(...changes);
        for (const run of after) run();
      });
      return undefined;
    });
  },
};
