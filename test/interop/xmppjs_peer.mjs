// @xmpp/client as a peer of the interop tests: orders on standard input, events on standard output, one JSON object a line.
// A process of its own because it trusts what NODE_EXTRA_CA_CERTS names and nothing else.
import { createInterface } from 'node:readline';
import { client, xml } from '@xmpp/client';
import { WebSocket } from 'ws';

const tell = (event, facts = {}) => process.stdout.write(`${JSON.stringify({ event, ...facts })}\n`);

// Node 20 has none of its own.
globalThis.WebSocket ??= WebSocket;

let xmpp;

const orders = {
  connect({ service, domain = 'localhost', username, password, resource, token, agent }) {
    const userAgent = agent && xml('user-agent', { id: agent }, xml('software', {}, 'xmpp.js'));
    xmpp = client({ service, domain, username, password, resource, userAgent });
    xmpp.fast.fetchToken = async () => token;
    xmpp.fast.saveToken = async (given) => {
      token = given;
      tell('token', { token });
    };
    xmpp.fast.deleteToken = async () => {
      if (token) tell('token refused');
      token = undefined;
    };
    // It derives its keys in JavaScript, within the two seconds that it gives the server to answer.
    xmpp.timeout = 20_000;
    xmpp.reconnect.delay = 50;
    xmpp.on('online', async (jid) => {
      await xmpp.send(xml('presence'));
      tell('online', { jid: jid.toString() });
    });
    xmpp.on('send', (element) => {
      if (element.is('authenticate')) tell('authenticates', { mechanism: element.attrs.mechanism });
    });
    xmpp.on('error', (error) => tell('error', { why: String(error) }));
    xmpp.on('disconnect', () => tell('disconnected'));
    xmpp.streamManagement.on('resumed', () => tell('resumed'));
    xmpp.on('stanza', hear);
    return xmpp.start();
  },
  say: ({ to, body }) => xmpp.send(xml('message', { type: 'chat', to }, xml('body', {}, body))),
  async carbons() {
    await xmpp.iqCaller.set(xml('enable', 'urn:xmpp:carbons:2'));
    tell('done');
  },
  async history({ with: other }) {
    const field = (name, value) => xml('field', { var: name }, xml('value', {}, value));
    const form = xml(
      'x',
      { xmlns: 'jabber:x:data', type: 'submit' },
      field('FORM_TYPE', 'urn:xmpp:mam:2'),
      field('with', other),
    );
    await xmpp.iqCaller.set(xml('query', { xmlns: 'urn:xmpp:mam:2', queryid: 'h' }, form));
    tell('history', { bodies: archived.splice(0) });
  },
  leave: () => xmpp.stop(),
};

const archived = [];

function hear(stanza) {
  if (!stanza.is('message')) return;
  const result = stanza.getChild('result', 'urn:xmpp:mam:2');
  const copy = stanza.getChild('sent', 'urn:xmpp:carbons:2') ?? stanza.getChild('received', 'urn:xmpp:carbons:2');
  const forwarded = (result ?? copy)?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message');
  if (result) archived.push(forwarded?.getChildText('body'));
  else if (copy) tell('carbon', { side: copy.name, body: forwarded?.getChildText('body') });
  else if (stanza.getChild('body'))
    tell('message', { body: stanza.getChildText('body'), sender: stanza.attrs.from.split('/')[0] });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  Promise.resolve(orders[order.do](order)).catch((error) => tell('failed', { why: String(error) }));
});
