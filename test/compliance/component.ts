/** A component of the least kind (XEP-0114), made on the running box as an owner would. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import { need, type Site } from './site.ts';

export interface Component {
  domain: string;
  /** Answers the next IQ with a payload of this element and content. */
  answer(payload: string, content: string): Promise<void>;
  close(): void;
}

export async function componentOf(site: Site): Promise<Component> {
  const domain = `echo.${site.domain}`;
  const made = (await site.box.ask(['component', 'add', domain])) as { secret: string; port: number };
  const socket = net.connect({ host: '127.0.0.1', port: made.port });
  const heard = reader(socket);
  socket.write(
    `<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}'>`,
  );
  const id = need(/ id=['"]([^'"]+)/.exec(await heard(/<stream:stream[^>]*>/))?.[1], "the stream's id");
  const digest = createHash('sha1').update(`${id}${made.secret}`).digest('hex');
  socket.write(`<handshake>${digest}</handshake>`);
  await heard(/<handshake\s*\/>|<handshake><\/handshake>/);
  return {
    domain,
    answer: async (payload, content) => {
      const iq = await heard(/<iq [^>]*>.*<\/iq>/s);
      const attribute = (name: string) => need(new RegExp(` ${name}=['"]([^'"]+)`).exec(iq)?.[1], name);
      const addresses = `to='${attribute('from')}' from='${attribute('to')}' id='${attribute('id')}'`;
      const [start] = payload.split('/>');
      socket.write(`<iq type='result' ${addresses}>${start}>${content}</query></iq>`);
    },
    close: () => socket.destroy(),
  };
}

/** Waits for what fits, in all that came since the last that did. */
function reader(socket: net.Socket): (pattern: RegExp) => Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return async (pattern) => {
    for (;;) {
      const found = pattern.exec(text);
      if (found) {
        text = text.slice(found.index + found[0].length);
        return found[0];
      }
      await once(socket, 'data', { signal: AbortSignal.timeout(5_000) });
    }
  };
}
