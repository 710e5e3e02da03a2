import { describe, expect, it } from 'vitest';
import { Addresses } from '../../../firmware/addresses.ts';
import { checkConfig } from '../../../firmware/config.ts';
import { hostMetaRoutes } from '../../../firmware/http/host-meta.ts';
import type { Host } from '../../../xmpp/extension.ts';

const named = (domain: string) => ({ server: { domain }, serves: (name: string) => name === domain }) as Host;

const site = (toml = '', host = 'box.test') => {
  const { listen, web } = checkConfig(toml, 'casp3r.toml');
  const addresses = new Addresses(
    listen,
    () => host,
    () => ({}),
  );
  return hostMetaRoutes({ hosts: () => [named(host)], streamUrls: (domain) => addresses.streams(domain, web.url) });
};

describe('host-meta', () => {
  it('names both ways as XRD, for pages of any origin', async () => {
    const answer = await site().request('/.well-known/host-meta');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/xrd+xml; charset=utf-8');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.text()).toBe(
      `<?xml version="1.0" encoding="utf-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="urn:xmpp:alt-connections:websocket" href="wss://box.test:5281/xmpp-websocket"/>
  <Link rel="urn:xmpp:alt-connections:xbosh" href="https://box.test:5281/http-bind"/>
</XRD>
`,
    );
  });

  it('names them as JSON', async () => {
    const answer = await site('[listen]\nhttps = 443').request('/.well-known/host-meta.json');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.json()).toEqual({
      links: [
        { rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://box.test/xmpp-websocket' },
        { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://box.test/http-bind' },
      ],
    });
  });

  it('names what the owner has put before the box, whatever host the request names', async () => {
    const headers = { Host: 'evil.example' };
    const answer = await site('[web]\nurl = "https://chat.example/xmpp/"').request('/.well-known/host-meta', {
      headers,
    });
    expect(await answer.text()).toContain('href="wss://chat.example/xmpp/xmpp-websocket"');
  });

  it('names nothing without TLS', async () => {
    const answer = await site('[listen]\nhttps = 0').request('/.well-known/host-meta.json');
    expect(await answer.json()).toEqual({ links: [] });
  });

  it('knows how to write an IPv6 address', async () => {
    expect(await (await site('', '2001:db8::7').request('/.well-known/host-meta')).text()).toContain(
      'wss://[2001:db8::7]:5281/',
    );
  });
});
