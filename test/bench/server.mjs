// Messages and logins a second through a whole server, and the memory of an idle session; Prosody beside it where it is installed.
// `npm run build && node test/bench/server.mjs [PAIRS] [SECONDS]`; only the ratios of one run compare between machines.
import { LeanClient } from './client.mjs';
import { DOMAIN, passwordOf, startCasp3r, startProsody } from './servers.mjs';

const pairs = Number(process.argv[2] ?? 4);
const runMs = Number(process.argv[3] ?? 5) * 1000;
/** Messages under way for each pair. */
const WINDOW = 16;
/** Devices of one member; a box takes 32. */
const IDLE_EACH = 25;
const BODY = 'hello '.repeat(20);

const members = Array.from({ length: pairs * 2 }, (_, n) => `member${n}`);
const login = ({ port }, local, resource) =>
  LeanClient.login({ port, domain: DOMAIN, local, password: passwordOf(local), resource });

/** Stored in both archives, then delivered: a message counts when its recipient has it. */
async function messages(server) {
  const clients = await Promise.all(members.map((local) => login(server, local, 'bench')));
  let count = 0;
  const untilMs = performance.now() + runMs;
  for (let pair = 0; pair < pairs; pair += 1) {
    const [sender, recipient] = [clients[pair * 2], clients[pair * 2 + 1]];
    const stanza = `<message to='${members[pair * 2 + 1]}@${DOMAIN}/bench' type='chat'><body>${BODY}</body></message>`;
    recipient.countMessages(() => {
      count += 1;
      if (performance.now() < untilMs) sender.write(stanza);
    });
    sender.write(stanza.repeat(WINDOW));
  }
  await new Promise((resolve) => setTimeout(resolve, runMs));
  const perSecond = (count * 1000) / runMs;
  for (const client of clients) client.close();
  return perSecond;
}

/** From the connection to being online, each pair's first member over and over. */
async function logins(server) {
  let count = 0;
  const startMs = performance.now();
  const over = async (local) => {
    while (performance.now() - startMs < runMs) {
      (await login(server, local, 'login')).close();
      count += 1;
    }
  };
  await Promise.all(members.map(over));
  return (count * 1000) / (performance.now() - startMs);
}

/** What each of many online sessions that do nothing adds to the process. */
async function idleBytes(server) {
  const before = server.memoryBytes();
  const clients = [];
  for (const local of members) {
    for (let n = 0; n < IDLE_EACH; n += 1) clients.push(await login(server, local, `idle${n}`));
  }
  const bytes = (server.memoryBytes() - before) / clients.length;
  for (const client of clients) client.close();
  return bytes;
}

for (const start of [startCasp3r, startProsody]) {
  const server = await start(members);
  if (!server) continue;
  const atStart = server.memoryBytes();
  const figures = {
    'messages/s': Math.round(await messages(server)),
    'logins/s': Math.round(await logins(server)),
    'KiB/idle session': Math.round((await idleBytes(server)) / 1024),
    'MiB at the start': Math.round(atStart / 1024 / 1024),
    'MiB at the end': Math.round(server.memoryBytes() / 1024 / 1024),
  };
  console.log(server.name, figures);
  await server.stop();
}
