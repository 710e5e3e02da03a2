/** XEP-0479 section 2.2, Advanced Server, and what finds it (XEP-0156). */
import { WebSocket } from 'ws';
import { check, type Suite } from './check.ts';
import { hold, need, type Site } from './site.ts';

const WEBSOCKET = 'urn:xmpp:alt-connections:websocket';
const BOSH = 'urn:xmpp:alt-connections:xbosh';

export const web: Suite = {
  name: 'Web',
  checks: [
    check('WebSocket, by its link in host-meta', 'RFC 7395', async (site) => {
      const { url, close } = await opened(site, await link(site, WEBSOCKET));
      hold(url.startsWith('wss://'), `the link is ${url}`);
      close();
    }),
    check('BOSH, by its link in host-meta', 'XEP-0206', bosh),
    check('host-meta in XML', 'XEP-0156', async (site) => {
      const { status, headers, body } = await site.https('/.well-known/host-meta');
      hold(status === 200 && headers['access-control-allow-origin'] === '*', `host-meta: ${status}, CORS`);
      hold(body.includes(WEBSOCKET) && body.includes(BOSH), 'host-meta names no connections');
    }),
    check('host-meta in JSON', 'XEP-0156', async (site) => {
      const { status, headers } = await site.https('/.well-known/host-meta.json');
      hold(status === 200 && headers['access-control-allow-origin'] === '*', `host-meta.json: ${status}, CORS`);
    }),
  ],
};

async function link(site: Site, rel: string): Promise<string> {
  const { body } = await site.https('/.well-known/host-meta.json');
  const { links } = JSON.parse(body.toString()) as { links: { rel: string; href: string }[] };
  return need(links.find((one) => one.rel === rel)?.href, `the link ${rel}`);
}

/** The link names the box as clients reach it; from here that is loopback. */
function here(site: Site, url: string): URL {
  const place = new URL(url);
  hold(Number(place.port || 443) === site.box.ports.https, `${url} is not the https port`);
  place.hostname = '127.0.0.1';
  return place;
}

async function opened(site: Site, url: string): Promise<{ url: string; close: () => void }> {
  const socket = new WebSocket(here(site, url), 'xmpp', { rejectUnauthorized: false });
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () =>
      socket.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${site.domain}' version='1.0'/>`),
    );
    socket.once('message', (data) => resolve(String(data)));
  });
  hold(answer.startsWith('<open'), `the WebSocket says ${answer}`);
  return { url, close: () => socket.close() };
}

async function bosh(site: Site): Promise<void> {
  const { pathname } = here(site, await link(site, BOSH));
  const attributes = `rid='1000' to='${site.domain}' ver='1.6' wait='5' hold='1' xml:lang='en' xmpp:version='1.0'`;
  const session = `<body xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh' ${attributes}/>`;
  const headers = { 'Content-Type': 'text/xml; charset=utf-8', Origin: 'https://elsewhere.example' };
  const { status, headers: answered, body } = await site.https(pathname, 'POST', headers, Buffer.from(session));
  hold(status === 200 && / sid=/.test(body.toString()), `BOSH says ${status} ${body}`);
  hold(answered['access-control-allow-origin'] === '*', 'BOSH lets no page of elsewhere in');
}
