// A room of 500 occupants, each with a stream of its own: how long entering takes, how long one word until the last has it, and
// what somebody else's ping waits meanwhile. `npm run build && node test/bench/room.mjs [OCCUPANTS]`
import { LeanClient } from './client.mjs';
import { DOMAIN, passwordOf, startCasp3r } from './servers.mjs';

const occupants = Number(process.argv[2] ?? 500);
const words = 40;
const perMember = 25;
const room = `hall@rooms.${DOMAIN}`;
const members = Array.from({ length: Math.ceil(occupants / perMember) }, (_, count) => `m${count}`);

const server = await startCasp3r(members);
const login = (place) => {
  const local = members[Math.floor(place / perMember)];
  return LeanClient.login({
    port: server.port,
    domain: DOMAIN,
    local,
    password: passwordOf(local),
    resource: `r${place}`,
  });
};
const joining = (place) =>
  `<presence to='${room}/Nick ${place}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`;
const owner = await login(0);
await owner.ask(joining(0), '<subject');
const form = [
  ['maxusers', 'none'],
  ['membersonly', '0'],
].map(([name, value]) => `<field var='muc#roomconfig_${name}'><value>${value}</value></field>`);
await owner.ask(
  `<iq type='set' id='c' to='${room}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>${form.join('')}</x></query></iq>`,
  '<iq',
);

const clients = [owner];
let slowestJoinMs = 0;
const startMs = performance.now();
for (let place = 1; place < occupants; place += 1) {
  const client = await login(place);
  const fromMs = performance.now();
  await client.ask(joining(place), '<subject');
  slowestJoinMs = Math.max(slowestJoinMs, performance.now() - fromMs);
  clients.push(client);
}
const enteredMs = performance.now() - startMs;

let left = 0;
let all = () => {};
for (const client of clients)
  client.countMessages(() => {
    left -= 1;
    if (left === 0) all();
  });
const bystander = await LeanClient.login({
  port: server.port,
  domain: DOMAIN,
  local: 'm0',
  password: passwordOf('m0'),
  resource: 'bystander',
});
const latencies = [];
const pings = [];
for (let word = 0; word < words; word += 1) {
  left = clients.length;
  const told = new Promise((resolve) => {
    all = resolve;
  });
  const fromMs = performance.now();
  owner.write(`<message type='groupchat' id='w${word}' to='${room}'><body>${'word '.repeat(20)}</body></message>`);
  await bystander.ask(
    `<iq type='get' id='p${word}' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    `id='p${word}'`,
  );
  pings.push(performance.now() - fromMs);
  await told;
  latencies.push(performance.now() - fromMs);
}
const at = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]?.toFixed(1);
console.log(
  `${occupants} occupants entered in ${(enteredMs / 1000).toFixed(1)} s, the slowest in ${slowestJoinMs.toFixed(0)} ms`,
);
console.log(`a word reaches all: median ${at(latencies, 0.5)} ms, worst ${at(latencies, 0.999)} ms`);
console.log(`somebody else's ping meanwhile: median ${at(pings, 0.5)} ms, worst ${at(pings, 0.999)} ms`);
for (const client of clients) client.close();
await server.stop();
process.exit(0);
