/** Where browsers find XMPP by the domain alone (XEP-0156): host-meta as XRD and as JSON (RFC 6415). */
import { type Context, Hono } from 'hono';
import { escapeXML } from '../../xmpp/xml.ts';
import type { WebEnv } from './app.ts';
import { askedHost } from './asked-host.ts';
import type { Site } from './site.ts';

const PATH = '/.well-known/host-meta';
const HEADERS = { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'max-age=600' };

export function hostMetaRoutes(site: Pick<Site, 'hosts' | 'streamUrls'>): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();

  /** Links with TLS only, as the XEP demands; where there is none the box has nothing to tell. */
  const links = (c: Context<WebEnv>) => {
    const urls = site.streamUrls(askedHost(site, c).server.domain);
    if (!urls) return [];
    return [
      { rel: 'urn:xmpp:alt-connections:websocket', href: urls.websocket },
      { rel: 'urn:xmpp:alt-connections:xbosh', href: urls.bosh },
    ];
  };
  const answer = (c: Context<WebEnv>, type: string, text: string) =>
    c.body(text, 200, { ...HEADERS, 'Content-Type': `${type}; charset=utf-8` });

  routes.get(PATH, (c) => {
    const lines = links(c).map(({ rel, href }) => `  <Link rel="${rel}" href="${escapeXML(href)}"/>\n`);
    const xrd = `<?xml version="1.0" encoding="utf-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n`;
    return answer(c, 'application/xrd+xml', `${xrd}${lines.join('')}</XRD>\n`);
  });
  routes.get(`${PATH}.json`, (c) => answer(c, 'application/json', `${JSON.stringify({ links: links(c) })}\n`));
  return routes;
}
