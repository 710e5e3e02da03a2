/** Plays the steps of one script against a box. */
import type { Box, BoxAccount } from '../box.ts';
import { childOf, elementsOf, parseFragment, show, type Tree } from '../tree.ts';
import { type Arrival, describe, type Security, Wire } from '../wire.ts';
import { fill, match } from './pattern.ts';
import type { Action, Script, Step, Who } from './script.ts';

/** A step that did not go as written. */
class TalkError extends Error {
  constructor(file: string, step: Step, why: string) {
    super(`${file}:${step.line}: ${step.source}\n${why}`);
    this.name = 'TalkError';
  }
}

type Receive = Extract<Action, { do: 'receive' }>;

const label = ({ name, on }: Who) => (on === 'home' ? name : `${name} on ${on}`);

export class Stage {
  readonly #box: Box;
  /** The second box, of scripts that have one. */
  readonly #there: Box | undefined;
  readonly #script: Script;
  readonly #wires = new Map<string, Wire>();
  readonly #accounts = new Map<string, BoxAccount>();
  readonly #ignored: Tree[];
  #values = new Map<string, string>();
  #pings = 0;

  /** `suffix` sets the names of this talk's accounts apart from those of others on the same box. */
  constructor(box: Box, script: Script, suffix: string, there?: Box) {
    this.#box = box;
    this.#there = there;
    this.#script = script;
    this.#ignored = script.ignoring.flatMap((text) => parseFragment(text));
    this.#values.set('domain', box.domain);
    if (there) this.#values.set('there', there.domain);
    for (const name of [...script.accounts, ...script.strangers, ...script.elsewhere, ...script.at.keys()]) {
      const local = `${name}${suffix}`;
      const account = {
        local,
        jid: `${local}@${script.at.get(name) ?? this.#boxOf(name).domain}`,
        password: `secret of ${name}`,
      };
      this.#accounts.set(name, account);
      this.#values.set(name, account.jid);
      this.#values.set(`${name}.local`, local);
      this.#values.set(`${name}.password`, account.password);
      const plain = Buffer.from(`\0${local}\0${account.password}`).toString('base64');
      this.#values.set(`${name}.plain`, plain);
    }
  }

  /** Makes the accounts and plays every step. @throws TalkError */
  async play(file: string): Promise<void> {
    for (const name of [...this.#script.accounts, ...this.#script.elsewhere]) {
      const { local, password } = this.#account(name);
      await this.#boxOf(name).addAccount(local, password);
    }
    for (const step of this.#script.steps) {
      try {
        await this.#perform(step.action);
      } catch (error) {
        throw new TalkError(file, step, error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Breaks what is still connected. */
  async clear(): Promise<void> {
    for (const wire of this.#wires.values()) wire.cut();
    await Promise.all([...this.#wires.values()].map((wire) => wire.gone()));
  }

  async #perform(action: Action): Promise<void> {
    switch (action.do) {
      case 'connect':
        return this.#connect(action.who, action.over, action.at);
      case 'join': {
        const { jid, password } = this.#account(action.who.name);
        await this.#box.command('user add', { address: jid, password, role: 'member' });
        return;
      }
      case 'come online':
        await this.#connect(action.who, action.over, action.at);
        return this.#announce(action.who);
      case 'open a connection':
        return this.#open(action.who, action.over);
      case 'open a stream':
        return this.#openStream(action.who, action.over, action.header);
      case 'log in': {
        const { local, password } = this.#account(action.who.name);
        return this.#wire(action.who).authenticate(local, action.password ?? password);
      }
      case 'bind':
        await this.#wire(action.who).bind(action.who.on);
        return;
      case 'disconnect':
        await this.#wire(action.who).close();
        this.#wires.delete(label(action.who));
        return;
      case 'cut':
        this.#wire(action.who).cut();
        this.#wires.delete(label(action.who));
        return;
      case 'send':
        return this.#wire(action.who).write(fill(action.text, this.#values));
      case 'send raw':
        return this.#wire(action.who).write(bytesOf(fill(action.text, this.#values)));
      case 'receive':
        return this.#receive(action);
      case 'receive nothing':
        return this.#receiveNothing(action.who);
      case 'end':
        return this.#end(action.who, action.condition);
      case 'befriend':
        return this.#befriend(action.one, action.other);
      case 'run':
        return this.#run(action);
      case 'wait':
        return this.#box.logged(action.text);
      case 'box':
        return this.#changeBox(this.#boxAt(action.there), action.change);
    }
  }

  // Clients

  async #open(who: Who, over: Security, at = this.#script.at.get(who.name)): Promise<void> {
    this.#wires.get(label(who))?.cut();
    this.#wires.set(
      label(who),
      await Wire.open({ ...this.#boxOf(who.name).reach(over), ...(at === undefined ? {} : { domain: at }) }),
    );
  }

  async #openStream(who: Who, over: Security, header: string | undefined): Promise<void> {
    if (!this.#wires.has(label(who))) await this.#open(who, over);
    const wire = this.#wire(who);
    if (header !== undefined) {
      wire.restart();
      wire.write(fill(header, this.#values));
      return;
    }
    await wire.openStream();
    if (over === 'starttls') await wire.startTls();
  }

  async #connect(who: Who, over: Security, at?: string): Promise<void> {
    await this.#open(who, over, at);
    await this.#openStream(who, over, undefined);
    const { local, password } = this.#account(who.name);
    await this.#wire(who).authenticate(local, password);
    await this.#wire(who).bind(who.on);
  }

  /** Initial presence, and the server's own copy of it as the sign that it is done (RFC 6121 section 4.2.2). */
  async #announce(who: Who): Promise<void> {
    const wire = this.#wire(who);
    wire.write('<presence/>');
    const own = (node: Tree) => node.name === 'presence' && node.attrs.get('from') === wire.jid;
    await wire.element(own, 'the own presence');
  }

  /** Both see each other, by the way of RFC 6121 section 3, from clients that are gone afterwards. */
  async #befriend(one: string, other: string): Promise<void> {
    const clients = [
      { who: { name: one, on: 'befriending' }, friend: this.#account(other).jid },
      { who: { name: other, on: 'befriending' }, friend: this.#account(one).jid },
    ];
    for (const { who } of clients) {
      await this.#connect(who, 'plain');
      await this.#wire(who).query("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>", 'r');
    }
    for (const { who, friend } of clients) {
      this.#wire(who).write(`<presence to='${friend}' type='subscribed'/><presence to='${friend}' type='subscribe'/>`);
    }
    for (const { who, friend } of clients) {
      await this.#wire(who).element((node) => {
        const item = elementsOf(childOf(node, 'query', 'jabber:iq:roster') ?? node)[0];
        return item?.attrs.get('jid') === friend && item.attrs.get('subscription') === 'both';
      }, `a roster push with both for ${friend}`);
      await this.#settle();
    }
    for (const { who } of clients) await this.#perform({ do: 'disconnect', who });
  }

  // What comes

  async #receive({ who, text, anyOrder }: Receive): Promise<void> {
    let open = parseFragment(text);
    while (open.length > 0) {
      const arrival = await this.#wire(who).next();
      const choices = anyOrder ? open : open.slice(0, 1);
      const node = arrival && (arrival.kind === 'element' || arrival.kind === 'header') ? arrival.node : undefined;
      if (!node) throw new Error(this.#came(choices, arrival));
      if (this.#isIgnored(node) && !choices.some(({ name, ns }) => name === node.name && ns === node.ns)) continue;
      const reasons: string[] = [];
      const taken = choices.find((pattern) => {
        const outcome = match(pattern, node, this.#values, (child) => this.#isIgnored(child));
        if (outcome.fits) this.#values = outcome.values;
        else reasons.push(outcome.why);
        return outcome.fits;
      });
      if (!taken) throw new Error(`${this.#came(choices, arrival)}\n  because  ${reasons.join('\n       or  ')}`);
      open = open.filter((pattern) => pattern !== taken);
    }
  }

  /** Whatever is on its way has come once every client, and this one last, has had an answer to a ping. */
  async #receiveNothing(who: Who): Promise<void> {
    await this.#settle();
    await this.#ping(this.#wire(who));
    const [arrival] = this.#wire(who)
      .waiting()
      .filter((one) => one.kind !== 'element' || !this.#isIgnored(one.node));
    if (arrival) throw new Error(`  came     ${describe(arrival)}`);
  }

  async #settle(): Promise<void> {
    const far = [this.#box, this.#there].flatMap((box) => (box && this.#there ? [box.domain] : []));
    for (const wire of this.#wires.values()) {
      if (wire.jid === '' || wire.closed) continue;
      await this.#ping(wire);
      // What went to the other box before it has come there as well.
      for (const domain of far) if (domain !== wire.domain) await this.#ping(wire, domain);
    }
  }

  async #ping(wire: Wire, domain = wire.domain): Promise<void> {
    this.#pings += 1;
    const id = `barrier-${this.#pings}`;
    await wire.query(`<iq type='get' id='${id}' to='${domain}'><ping xmlns='urn:xmpp:ping'/></iq>`, id);
  }

  async #end(who: Who, condition: string | undefined): Promise<void> {
    const wire = this.#wire(who);
    const arrivals: Arrival[] = [];
    for (;;) {
      const arrival = await wire.next();
      if (!arrival) throw new Error(`  the stream did not end; came ${arrivals.map(describe).join(' ') || 'nothing'}`);
      arrivals.push(arrival);
      if (arrival.kind === 'closed') break;
      if (arrival.kind === 'end') wire.write('</stream:stream>');
    }
    this.#wires.delete(label(who));
    const said = arrivals.filter((one) => one.kind !== 'closed' && one.kind !== 'header');
    const error = said[0]?.kind === 'element' && said[0].node.name === 'error' ? said[0].node : undefined;
    const found = error ? elementsOf(error)[0]?.name : undefined;
    const tidy = said.length === (error ? 2 : 1) && said.at(-1)?.kind === 'end';
    if (found === condition && tidy) return;
    const wanted = condition === undefined ? '</stream:stream>' : `<${condition}/> and </stream:stream>`;
    throw new Error(`  expected ${wanted}\n  came     ${said.map(describe).join(' ') || 'nothing'}`);
  }

  // The box

  async #run({ command, keep, fails, sees, there }: Extract<Action, { do: 'run' }>): Promise<void> {
    const args = fill(command, this.#values).split(' ');
    const result = await this.#boxAt(there).cli(args);
    if ((result.code !== 0) !== fails) throw new Error(`  exit ${result.code}: ${result.stderr.trim()}`);
    if (sees !== undefined && !result.stdout.includes(fill(sees, this.#values)))
      throw new Error(`  saw ${result.stdout.trim()}`);
    if (keep.length === 0) return;
    const facts = JSON.parse(result.stdout) as Record<string, unknown>;
    for (const key of keep) this.#values.set(key, String(facts[key]));
  }

  async #changeBox(box: Box, change: 'restarts' | 'is killed' | 'stops' | 'starts'): Promise<void> {
    if (change === 'restarts' || change === 'stops') await box.stop();
    if (change === 'is killed') await box.kill();
    if (change !== 'stops') await box.boot();
  }

  #boxAt(there: boolean): Box {
    if (!there) return this.#box;
    if (!this.#there) throw new Error("there is no other box: say 'elsewhere NAME' first");
    return this.#there;
  }

  #boxOf(name: string): Box {
    return this.#boxAt(this.#script.elsewhere.includes(name));
  }

  // Little things

  #came(patterns: Tree[], arrival: Arrival | undefined): string {
    const expected = patterns.map((pattern) => fill(show(pattern), this.#values)).join('\n       or  ');
    return `  expected ${expected}\n  came     ${arrival ? describe(arrival) : 'nothing'}`;
  }

  #isIgnored(node: Tree): boolean {
    return this.#ignored.some((pattern) => pattern.name === node.name && pattern.ns === node.ns);
  }

  #account(name: string): BoxAccount {
    const account = this.#accounts.get(name);
    if (!account) throw new Error(`nobody is called ${name}`);
    return account;
  }

  #wire(who: Who): Wire {
    const wire = this.#wires.get(label(who));
    if (!wire) throw new Error(`${label(who)} is not connected`);
    return wire;
  }
}

/** `\xff`, `\r`, `\n` and `\t` of a raw block as bytes; everything else as UTF-8. */
function bytesOf(text: string): Buffer {
  const named: Record<string, string> = { r: '\r', n: '\n', t: '\t' };
  const parts = text.split(/(\\x[0-9a-fA-F]{2}|\\[rnt])/).map((part, index) => {
    if (index % 2 === 0) return Buffer.from(part);
    return part.startsWith('\\x') ? Buffer.from(part.slice(2), 'hex') : Buffer.from(named[part.slice(1)] ?? part);
  });
  return Buffer.concat(parts);
}
