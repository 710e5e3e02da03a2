/** Whose page is asked for: the server of the request's own name, and the first of the box where the name is none of theirs. */

import { domainToUnicode } from 'node:url';
import type { Context } from 'hono';
import type { Host } from '../../xmpp/extension.ts';
import type { WebEnv } from './app.ts';
import type { Site } from './site.ts';

/** How a server is reached beside its own domain: its fallbacks, and by tor. */
export function otherAddresses({ onion }: Pick<Site, 'onion'>, { server }: Host): string[] {
  return [...server.fallbacks, ...(onion() === '' ? [] : [onion()])];
}

export function askedHost({ hosts }: Pick<Site, 'hosts'>, c: Context<WebEnv>): Host {
  const name = (c.req.header('Host') ?? '').toLowerCase().replace(/:\d+$/, '');
  const all = hosts();
  const found = all.find((host) => host.serves(name) || host.serves(domainToUnicode(name))) ?? all[0];
  if (!found) throw new Error('the box has no server');
  return found;
}
