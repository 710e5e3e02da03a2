/** The box as it comes, with two members who are connected to it: what the checks look at. */
import { Agent, request } from 'node:https';
import type { Box, BoxAccount } from '../kit/box.ts';
import { childOf, elementsOf, show, type Tree, textOf } from '../kit/tree.ts';
import { Wire } from '../kit/wire.ts';

const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';
const NS_DATA = 'jabber:x:data';

export interface Info {
  features: ReadonlySet<string>;
  /** `category/type` */
  identities: ReadonlySet<string>;
  /** Values of the extended information (XEP-0128), by FORM_TYPE and field. */
  field(formType: string, name: string): string[];
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export class Site {
  readonly box: Box;
  readonly domain: string;
  readonly alice: BoxAccount;
  readonly bob: BoxAccount;
  /** Alice's and Bob's connections, as a client makes them: STARTTLS and SCRAM. */
  readonly wire: Wire;
  readonly bobs: Wire;
  #ids = 0;

  private constructor(box: Box, [alice, bob]: [BoxAccount, BoxAccount], [wire, bobs]: [Wire, Wire]) {
    this.box = box;
    this.domain = box.domain;
    this.alice = alice;
    this.bob = bob;
    this.wire = wire;
    this.bobs = bobs;
  }

  static async open(box: Box): Promise<Site> {
    const alice = await box.addAccount('alice');
    const bob = await box.addAccount('bob');
    const login = ({ local, password }: BoxAccount) =>
      Wire.login({ ...box.reach('starttls'), local, password, mechanism: 'SCRAM-SHA-256' });
    return new Site(box, [alice, bob], [await login(alice), await login(bob)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.wire.close(), this.bobs.close()]);
  }

  /** Alice asks. Resolves with the result's payload. @throws Error with the answer, where it is an error */
  async ask(type: 'get' | 'set', to: string | undefined, payload: string, wire = this.wire): Promise<Tree | undefined> {
    this.#ids += 1;
    const id = `check-${this.#ids}`;
    const address = to === undefined ? '' : ` to='${to}'`;
    const answer = await wire.query(`<iq type='${type}' id='${id}'${address}>${payload}</iq>`, id);
    if (answer.attrs.get('type') !== 'result') throw new Error(show(answer));
    return elementsOf(answer)[0];
  }

  async info(to: string): Promise<Info> {
    const query = need(await this.ask('get', to, `<query xmlns='${NS_DISCO_INFO}'/>`), 'an answer to disco#info');
    const forms = elementsOf(query).filter(({ name, ns }) => name === 'x' && ns === NS_DATA);
    const fieldOf = (form: Tree, name: string) =>
      elementsOf(form)
        .filter(({ attrs }) => attrs.get('var') === name)
        .flatMap((field) => elementsOf(field).map((value) => textOf(value)));
    return {
      features: new Set(all(query, 'feature').map(({ attrs }) => attrs.get('var') ?? '')),
      identities: new Set(all(query, 'identity').map(({ attrs }) => `${attrs.get('category')}/${attrs.get('type')}`)),
      field: (formType, name) =>
        forms.filter((form) => fieldOf(form, 'FORM_TYPE')[0] === formType).flatMap((form) => fieldOf(form, name)),
    };
  }

  /** @throws Error that names the features which the address does not have */
  async mustHave(to: string, ...features: string[]): Promise<Info> {
    const info = await this.info(to);
    const lacking = features.filter((feature) => !info.features.has(feature));
    if (lacking.length > 0) throw new Error(`${to} lacks ${lacking.join(', ')}`);
    return info;
  }

  /** The address of the service of the domain that has this identity. */
  async service(identity: string): Promise<string> {
    const query = need(await this.ask('get', this.domain, `<query xmlns='${NS_DISCO_ITEMS}'/>`), 'disco#items');
    for (const item of all(query, 'item')) {
      const jid = item.attrs.get('jid') ?? '';
      if ((await this.info(jid)).identities.has(identity)) return jid;
    }
    throw new Error(`no service of ${this.domain} is a ${identity}`);
  }

  /** A room of Alice's own, entered. */
  async room(name: string): Promise<string> {
    const room = `${name}@${await this.service('conference/text')}`;
    this.wire.write(`<presence to='${room}/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    const own = await this.wire.element(
      (node) => node.name === 'presence' && node.attrs.get('from') === `${room}/alice`,
      'presence in the room',
    );
    if (own.attrs.get('type') === 'error') throw new Error(show(own));
    await this.ask(
      'set',
      room,
      "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>",
    );
    return room;
  }

  /** A request to the https port as a browser elsewhere would make it. */
  https(path: string, method = 'GET', headers: Record<string, string> = {}, body?: Buffer): Promise<Answer> {
    const agent = new Agent({ rejectUnauthorized: false });
    const options = { host: '127.0.0.1', port: this.box.ports.https, path, method, agent, headers };
    return new Promise((resolve, reject) => {
      const asked = request(options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
        );
      });
      asked.once('error', reject);
      asked.end(body);
    });
  }
}

/** Children of this name, whatever their namespace. */
export const all = (tree: Tree | undefined, name: string): Tree[] =>
  tree === undefined ? [] : elementsOf(tree).filter((child) => child.name === name);

export const one = (tree: Tree | undefined, name: string, ns?: string): Tree => {
  const found = tree && childOf(tree, name, ns);
  if (!found) throw new Error(`no <${name}/>${ns ? ` of ${ns}` : ''} in ${tree ? show(tree) : 'nothing'}`);
  return found;
};

export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`not there: ${what}`);
  return value;
}

/** @throws Error with `what` where it does not hold */
export function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}
