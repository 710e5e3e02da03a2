/** A client over BOSH: sends exactly the bodies that it is told to. */
export const NS_BOSH = 'http://jabber.org/protocol/httpbind';

export interface Reply {
  status: number;
  text: string;
}

export class BoshClient {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  rid = 1_573_741_820;
  sid = '';

  constructor(port: number, headers: Record<string, string> = {}) {
    this.#url = `http://127.0.0.1:${port}/http-bind`;
    this.#headers = headers;
  }

  async post(content: string | Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Reply> {
    const response = await fetch(this.#url, {
      method: 'POST',
      body: content,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', ...this.#headers },
      ...(signal && { signal }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** A request for a session; the answer to it. */
  async create(attributes = "to='example.test' wait='5' hold='1' ver='1.6' xmpp:version='1.0'"): Promise<string> {
    const { text } = await this.post(
      `<body xmlns='${NS_BOSH}' xmlns:xmpp='urn:xmpp:xbosh' rid='${this.rid}' ${attributes}/>`,
    );
    this.sid = / sid='([^']*)'/.exec(text)?.[1] ?? '';
    return text;
  }

  /** The next request, or one with the rid that is named. */
  async send(payload = '', attributes = '', rid?: number, signal?: AbortSignal): Promise<string> {
    if (rid === undefined) this.rid += 1;
    const { text } = await this.post(
      `<body xmlns='${NS_BOSH}' xmlns:xmpp='urn:xmpp:xbosh' sid='${this.sid}' rid='${rid ?? this.rid}' ${attributes}>${payload}</body>`,
      signal,
    );
    return text;
  }

  async login(user = 'juliet', password = 'R0m30'): Promise<string> {
    const data = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await this.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${data}</auth>`);
    return this.send('', "to='example.test' xmpp:restart='true'");
  }

  async bind(resource = 'balcony'): Promise<string> {
    return this.send(
      `<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    );
  }

  static async bound(port: number, attributes?: string, resource?: string): Promise<BoshClient> {
    const client = new BoshClient(port);
    await client.create(attributes);
    await client.login();
    await client.bind(resource);
    return client;
  }
}
