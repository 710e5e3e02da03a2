/** XEP-0479 section 2.4, Advanced Server. */
import { randomBytes } from 'node:crypto';
import { Wire } from '../kit/wire.ts';
import { check, type Suite } from './check.ts';
import { hold, need, one } from './site.ts';

const NS_SM = 'urn:xmpp:sm:3';

export const mobile: Suite = {
  name: 'Mobile',
  checks: [
    check('Stream management, resumed', 'XEP-0198', async ({ box, alice }) => {
      const login = { ...box.reach('starttls'), local: alice.local, password: alice.password };
      const first = await Wire.login(login);
      first.write(`<enable xmlns='${NS_SM}' resume='true'/>`);
      const enabled = await first.element((node) => node.name === 'enabled', '<enabled/>');
      const id = need(enabled.attrs.get('id'), 'an id to resume by');
      hold(Number(enabled.attrs.get('max') ?? '600') >= 600, 'less than ten minutes to resume');
      first.cut();
      const second = await Wire.open(box.reach('starttls'));
      await second.openStream();
      await second.startTls();
      await second.authenticate(alice.local, alice.password);
      second.write(`<resume xmlns='${NS_SM}' previd='${id}' h='0'/>`);
      await second.element((node) => node.name === 'resumed', '<resumed/>');
      await second.close();
    }),
    check('Client state indication', 'XEP-0352', async (site) => {
      one(site.wire.features, 'csi', 'urn:xmpp:csi:0');
      site.wire.write("<inactive xmlns='urn:xmpp:csi:0'/><active xmlns='urn:xmpp:csi:0'/>");
      await site.ask('get', undefined, "<ping xmlns='urn:xmpp:ping'/>");
    }),
    check('Third-party push notifications', 'XEP-0357', async (site) => {
      await site.mustHave(site.alice.jid, 'urn:xmpp:push:0');
      const to = `jid='push.example' node='${randomBytes(8).toString('hex')}'`;
      await site.ask('set', undefined, `<enable xmlns='urn:xmpp:push:0' ${to}/>`);
      await site.ask('set', undefined, `<disable xmlns='urn:xmpp:push:0' ${to}/>`);
    }),
  ],
};
