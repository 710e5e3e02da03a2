// A client as lean as can be, so that a benchmark measures the server: it knows how to log in, and counts what comes by.
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

export class LeanClient {
  #socket;
  #tail = '';
  #waiting = [];
  #counting;

  constructor(socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#read(text));
    socket.on('error', () => undefined);
  }

  static async login({ resource, ...where }) {
    const client = await LeanClient.authenticate(where);
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`;
    await client.ask(`<iq type='set' id='bind'>${bind}</iq>`, '</iq>');
    await client.ask('<presence/>', '<presence');
    return client;
  }

  /** With nothing bound yet. `secure`: TLS from the first byte. */
  static async authenticate({ port, domain, local, password, secure = false }) {
    const socket = secure ? connectTls({ port, host: '127.0.0.1', ...TLS }) : connect(port, '127.0.0.1');
    await once(socket, secure ? 'secureConnect' : 'connect');
    const client = new LeanClient(socket);
    await client.ask(header(domain), '</stream:features>');
    const response = Buffer.from(`\0${local}\0${password}`).toString('base64');
    const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${response}</auth>`;
    await client.ask(auth, '<success');
    await client.ask(header(domain), '</stream:features>');
    return client;
  }

  write(text) {
    this.#socket.write(text);
  }

  /** Resolves when `mark` has come, with what came up to its end. */
  ask(text, mark) {
    const answered = new Promise((resolve) => this.#waiting.push({ mark, resolve }));
    this.write(text);
    return answered;
  }

  /** Calls `each` for every end of a message from now on. */
  countMessages(each) {
    this.#counting = each;
  }

  /** The connection breaks. */
  cut() {
    this.#socket.destroy();
  }

  close() {
    this.#socket.end('</stream:stream>');
  }

  #read(text) {
    const all = this.#tail + text;
    let from = 0;
    if (this.#counting) {
      for (let at = all.indexOf(END, from); at >= 0; at = all.indexOf(END, from)) {
        from = at + END.length;
        this.#counting();
      }
    }
    while (this.#waiting.length > 0) {
      const { mark, resolve } = this.#waiting[0];
      const at = all.indexOf(mark, from);
      if (at < 0) break;
      const answer = all.slice(from, at + mark.length);
      from = at + mark.length;
      this.#waiting.shift();
      resolve(answer);
    }
    this.#tail = this.#waiting.length > 0 ? all.slice(from) : all.slice(Math.max(from, all.length - END.length));
  }
}

const TLS = { rejectUnauthorized: false, ALPNProtocols: ['xmpp-client'] };
const END = '</message>';

const header = (domain) =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}' version='1.0'>`;
