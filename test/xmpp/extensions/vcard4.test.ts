import { beforeEach, expect, test } from 'vitest';
import { pubsub as nodes } from '../../../xmpp/extensions/pubsub/pubsub.ts';
import { vcardTemp } from '../../../xmpp/extensions/vcard-temp.ts';
import { toVcard4, toVcardTemp } from '../../../xmpp/extensions/vcard4/mapping.ts';
import { vcard4 } from '../../../xmpp/extensions/vcard4/vcard4.ts';
import { type Element, parse, xml } from '../../../xmpp/xml.ts';
import { type Client, type TestHost, testHost } from './harness.ts';
import { publish } from './pubsub/requests.ts';

const NODE = 'urn:xmpp:vcard4';

const OLD = `<vCard xmlns="vcard-temp"><FN>Ann Archer</FN><NICKNAME>annie</NICKNAME><BDAY>1966-08-06</BDAY>
  <JABBERID>ann@a.test</JABBERID><TITLE>Director</TITLE><DESC>Hello</DESC><URL>https://a.test/</URL>
  <N><FAMILY>Archer</FAMILY><GIVEN>Ann</GIVEN><MIDDLE>B.</MIDDLE></N>
  <ADR><HOME/><PREF/><STREET>1 Lane</STREET><PCODE>80202</PCODE><CTRY>USA</CTRY></ADR>
  <TEL><WORK/><VOICE/><NUMBER>+1-303</NUMBER></TEL><EMAIL><WORK/><USERID>ann@w.test</USERID></EMAIL>
  <ORG><ORGNAME>XSF</ORGNAME></ORG><GEO><LAT>39.59</LAT><LON>-105.01</LON></GEO></vCard>`.replace(/>\s+</g, '><');

test('each form becomes the other, and back what it was', () => {
  const now = toVcard4(parse(OLD));
  expect(now.toString()).toBe(
    `<vcard xmlns="urn:ietf:params:xml:ns:vcard-4.0"><fn><text>Ann Archer</text></fn><nickname><text>annie</text></nickname>
    <bday><date>1966-08-06</date></bday><impp><uri>xmpp:ann@a.test</uri></impp><title><text>Director</text></title>
    <note><text>Hello</text></note><url><uri>https://a.test/</uri></url>
    <n><surname>Archer</surname><given>Ann</given><additional>B.</additional></n>
    <adr><parameters><type><text>home</text></type><pref><integer>1</integer></pref></parameters>
    <street>1 Lane</street><code>80202</code><country>USA</country></adr>
    <tel><parameters><type><text>work</text><text>voice</text></type></parameters><uri>tel:+1-303</uri></tel>
    <email><parameters><type><text>work</text></type></parameters><text>ann@w.test</text></email>
    <org><text>XSF</text></org><geo><uri>geo:39.59,-105.01</uri></geo></vcard>`.replace(/>\s+</g, '><'),
  );
  expect(toVcardTemp(now, []).toString()).toBe(OLD);
});

test('a formatted name is made of the parts where there is none; URIs of other kinds have no place in the old form', () => {
  const parts = xml(
    'vCard',
    { xmlns: 'vcard-temp' },
    xml('N', {}, xml('GIVEN', {}, 'Ann'), xml('FAMILY', {}, 'Archer')),
  );
  expect(toVcard4(parts).getChild('fn')?.getChildText('text')).toBe('Ann Archer');
  const impp = (uri: string) => xml('impp', {}, xml('uri', {}, uri));
  const now = xml('vcard', { xmlns: 'urn:ietf:params:xml:ns:vcard-4.0' }, impp('sip:a@b.test'), impp('xmpp:a@c.test'));
  expect(toVcardTemp(now, []).toString()).toBe('<vCard xmlns="vcard-temp"><JABBERID>a@c.test</JABBERID></vCard>');
});

let host: TestHost;
let ann: Client;

beforeEach(async () => {
  host = await testHost(nodes, vcardTemp, vcard4);
  ann = host.client(await host.member('ann'), 'phone');
});

const setOld = (...children: Element[]) => host.ask(ann, 'set', xml('vCard', { xmlns: 'vcard-temp' }, ...children));
const old = () => host.store.extras.vcard(ann.session.account.id);
const items = () => host.store.nodes.items(ann.session.account.id, NODE);
const card = (name: string) =>
  xml('vcard', { xmlns: 'urn:ietf:params:xml:ns:vcard-4.0' }, xml('fn', {}, xml('text', {}, name)));

test('what is set in the old form stands in the node, which everyone may see, once for each change but of the photo', async () => {
  await setOld(xml('FN', {}, 'Ann'));
  expect(items().map(({ payload }) => payload)).toEqual([card('Ann').toString()]);
  expect(host.store.nodes.node(ann.session.account.id, NODE)?.config.access_model).toBe('open');
  const [{ atMs } = { atMs: 0 }] = items();
  host.clock.pass(1000);
  await setOld(xml('FN', {}, 'Ann'), xml('PHOTO', {}, xml('BINVAL', {}, 'aaaa')));
  expect(items()[0]?.atMs).toBe(atMs);
});

test('what is published in the node stands in the old form, whose photo stays', async () => {
  await setOld(xml('FN', {}, 'Ann'), xml('PHOTO', {}, xml('BINVAL', {}, 'aaaa')));
  await publish(host, ann, { node: NODE, id: 'current', content: card('Annie') });
  expect(old()).toBe('<vCard xmlns="vcard-temp"><FN>Annie</FN><PHOTO><BINVAL>aaaa</BINVAL></PHOTO></vCard>');
});

test('what contacts only may see stays in the node', async () => {
  await publish(host, ann, { node: NODE, content: card('Ann'), options: { access_model: 'presence' } });
  expect(old()).toBeUndefined();
});
