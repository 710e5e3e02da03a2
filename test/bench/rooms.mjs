// A room with 500 occupants, with another chat beside it, and a node with 10,000 items, on a whole server.
// `npm run build && node test/bench/rooms.mjs [OCCUPANTS] [ITEMS] [SECONDS]`; only the ratios of one run compare between machines.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { LeanClient } from './client.mjs';
import { DOMAIN, passwordOf, startCasp3r } from './servers.mjs';

const occupants = Number(process.argv[2] ?? 500);
const items = Number(process.argv[3] ?? 10_000);
const runMs = Number(process.argv[4] ?? 5) * 1000;
/** Devices of one member; a box takes 32. */
const DEVICES = 25;
/** Who speaks in the room, each as soon as its last word has come back. */
const SPEAKERS = 4;
const LIVELY_PAUSE_MS = 500;
const PAGE = 50;
const PAGES = 200;
/** Publications under way at a time. */
const WINDOW = 16;
const BODY = 'hello '.repeat(20);
const ROOM = `hall@rooms.${DOMAIN}`;
const NS_OWNER = 'http://jabber.org/protocol/muc#owner';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_RSM = 'http://jabber.org/protocol/rsm';

const members = Array.from({ length: Math.ceil(occupants / DEVICES) }, (_, n) => `member${n}`);
const beside = ['left', 'right'];

const field = (name, value) => `<field var='${name}'><value>${value}</value></field>`;
const form = (type, fields) =>
  `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', type)}${Object.entries(fields)
    .map(([name, value]) => field(name, value))
    .join('')}</x>`;

const login = ({ port }, local, resource) =>
  LeanClient.login({ port, domain: DOMAIN, local, password: passwordOf(local), resource });

const milliseconds = (values, share) => {
  const sorted = values.toSorted((a, b) => a - b);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
};

/** Each client an occupant of its own, the first of them the owner. */
async function fill(server) {
  const clients = [];
  const startMs = performance.now();
  for (let n = 0; n < occupants; n += 1) {
    const client = await login(server, members[Math.floor(n / DEVICES)], `d${n % DEVICES}`);
    const x = "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x>";
    await client.ask(`<presence to='${ROOM}/n${n}'>${x}</presence>`, '<subject');
    if (n === 0) {
      const fields = { 'muc#roomconfig_membersonly': 0, 'muc#roomconfig_maxusers': 'none' };
      const config = form('http://jabber.org/protocol/muc#roomconfig', fields);
      await client.ask(
        `<iq type='set' id='c' to='${ROOM}'><query xmlns='${NS_OWNER}'>${config}</query></iq>`,
        "id='c'",
      );
    }
    clients.push(client);
  }
  return { clients, seconds: (performance.now() - startMs) / 1000 };
}

/** Two people who are not in the room: `measure` tells how long each of their messages took while the work was done. */
async function chatBeside({ port }) {
  const worker = new Worker(new URL('beside.mjs', import.meta.url), {
    workerData: { port, locals: beside, body: BODY },
  });
  await once(worker, 'message');
  const taken = async () => {
    worker.postMessage('');
    const [tookMs] = await once(worker, 'message');
    return tookMs;
  };
  return {
    async measure(work) {
      await taken();
      const result = await work();
      return [result, await taken()];
    },
    stop: () => worker.terminate(),
  };
}

/** `pauseMs` after a word has come back, its successor goes in; without a pause as many as the server takes. */
async function talk(clients, pauseMs = 0) {
  let [heard, said] = [0, 0];
  const untilMs = performance.now() + runMs;
  const stanza = `<message to='${ROOM}' type='groupchat'><body>${BODY}</body></message>`;
  const say = (client) => {
    if (performance.now() < untilMs) client.write(stanza);
  };
  for (const [n, client] of clients.entries())
    client.countMessages(() => {
      heard += 1;
      if (n !== 0) return;
      // The first hears everything: with each word another one goes in.
      said += 1;
      const next = clients[said % SPEAKERS];
      if (pauseMs === 0) say(next);
      else setTimeout(say, pauseMs, next);
    });
  for (const client of clients.slice(0, SPEAKERS)) say(client);
  await new Promise((resolve) => setTimeout(resolve, runMs));
  for (const client of clients) client.countMessages(undefined);
  return { in: said / (runMs / 1000), out: heard / (runMs / 1000) };
}

async function room(server) {
  const before = server.memoryBytes();
  const { clients, seconds } = await fill(server);
  const bytes = (server.memoryBytes() - before) / occupants;
  const chat = await chatBeside(server);
  const [, quiet] = await chat.measure(() => new Promise((resolve) => setTimeout(resolve, runMs)));
  const [, lively] = await chat.measure(() => talk(clients, LIVELY_PAUSE_MS));
  const [{ in: into, out }, busy] = await chat.measure(() => talk(clients));
  await chat.stop();
  for (const client of clients) client.close();
  return {
    occupants,
    's to log in and enter': Math.round(seconds),
    'KiB/occupant': Math.round(bytes / 1024),
    'messages/s in': Math.round(into),
    'messages/s out': Math.round(out),
    'chat beside, quiet, ms p50/p99': [milliseconds(quiet, 0.5), milliseconds(quiet, 0.99)],
    [`chat beside, ${SPEAKERS} speakers who pause ${LIVELY_PAUSE_MS} ms, ms p50/p99`]: [
      milliseconds(lively, 0.5),
      milliseconds(lively, 0.99),
    ],
    'chat beside, room at its limit, ms p50/p99': [milliseconds(busy, 0.5), milliseconds(busy, 0.99)],
  };
}

async function node(server) {
  const client = await login(server, members[0], 'nodes');
  const service = `pubsub.${DOMAIN}`;
  const ask = (id, type, payload) =>
    client.ask(
      `<iq type='${type}' id='${id}' to='${service}'><pubsub xmlns='${NS_PUBSUB}'>${payload}</pubsub></iq>`,
      `id='${id}'`,
    );
  const config = form(`${NS_PUBSUB}#node_config`, { 'pubsub#max_items': items, 'pubsub#persist_items': 1 });
  await ask('create', 'set', `<create node='log'/><configure>${config}</configure>`);
  const note = `<note xmlns='urn:bench'>${BODY}</note>`;
  const startMs = performance.now();
  for (let n = 0; n < items; n += WINDOW) {
    const publish = (at) => ask(`p${at}.`, 'set', `<publish node='log'><item id='i${at}.'>${note}</item></publish>`);
    await Promise.all(Array.from({ length: Math.min(WINDOW, items - n) }, (_, place) => publish(n + place)));
  }
  const publishedMs = performance.now() - startMs;
  // When it is full each publication takes the oldest away.
  const oneMs = [];
  for (let n = 0; n < PAGES; n += 1) {
    const fromMs = performance.now();
    await ask(`o${n}.`, 'set', `<publish node='log'><item>${note}</item></publish>`);
    oneMs.push(performance.now() - fromMs);
  }
  const pageMs = [];
  for (let n = 0; n < PAGES; n += 1) {
    const fromMs = performance.now();
    const at = PAGES + Math.floor(((items - PAGES) * n) / PAGES);
    const set = `<set xmlns='${NS_RSM}'><max>${PAGE}</max><after>i${at}.</after></set>`;
    await client.ask(
      `<iq type='get' id='r${n}.' to='${service}'><pubsub xmlns='${NS_PUBSUB}'><items node='log'/>${set}</pubsub></iq>`,
      '</iq>',
    );
    pageMs.push(performance.now() - fromMs);
  }
  client.close();
  return {
    items,
    'publications/s': Math.round((items * 1000) / publishedMs),
    'publish to a full node, ms p50/p99': [milliseconds(oneMs, 0.5), milliseconds(oneMs, 0.99)],
    [`page of ${PAGE}, ms p50/p99`]: [milliseconds(pageMs, 0.5), milliseconds(pageMs, 0.99)],
  };
}

const server = await startCasp3r([...members, ...beside]);
console.log('a room', await room(server));
console.log('a node', await node(server));
console.log('MiB at the end', Math.round(server.memoryBytes() / 1024 / 1024));
await server.stop();
