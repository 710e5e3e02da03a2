/** XEP-0479 section 2.5: what of calls is the server's. */
import type { Tree } from '../kit/tree.ts';
import { check, type Suite } from './check.ts';
import { all, hold, need, type Site } from './site.ts';

const NS_SERVICES = 'urn:xmpp:extdisco:2';

export const calls: Suite = {
  name: 'Calls',
  checks: [
    check('Call setup', 'XEP-0353', async ({ wire, bobs, bob }) => {
      const propose = "<propose xmlns='urn:xmpp:jingle-message:0' id='call-1'/>";
      wire.write(
        `<message to='${bob.jid}' type='chat' id='call-1'>${propose}<store xmlns='urn:xmpp:hints'/></message>`,
      );
      await bobs.element((node) => all(node, 'propose').length > 0, 'the call');
    }),
    check('STUN server discovery', 'XEP-0215', async (site) => {
      need(await serviceOf(site, 'stun'), 'a STUN server');
    }),
    check('TURN server discovery, with credentials', 'XEP-0215', async (site) => {
      const turn = need(await serviceOf(site, 'turn'), 'a TURN server');
      hold(turn.attrs.has('username') && turn.attrs.has('password'), 'no credentials for the TURN server');
    }),
  ],
};

async function serviceOf(site: Site, type: string): Promise<Tree | undefined> {
  await site.mustHave(site.domain, NS_SERVICES);
  const services = await site.ask('get', site.domain, `<services xmlns='${NS_SERVICES}'/>`);
  return all(services, 'service').find(({ attrs }) => attrs.get('type') === type);
}
