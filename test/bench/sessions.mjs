// What an idle session over TLS with stream management costs, and how fast such sessions come back when all were cut at once.
// `npm run build && node test/bench/sessions.mjs [SESSIONS]`; processor time compares between runs of one machine, however busy it is.
import { LeanClient } from './client.mjs';
import { DOMAIN, passwordOf, startCasp3r } from './servers.mjs';

const wanted = Number(process.argv[2] ?? 1000);
/** Devices of one member; a box takes 32. */
const DEVICES = 25;
const AT_ONCE = 25;
const NS_SM = 'urn:xmpp:sm:3';

const members = Array.from({ length: Math.ceil(wanted / DEVICES) }, (_, n) => `member${n}`);
const server = await startCasp3r(members);
const open = (local) =>
  LeanClient.authenticate({ port: server.tlsPort, secure: true, domain: DOMAIN, local, password: passwordOf(local) });

/** Asks for its bare resource only: without presence nothing is sent to it, so that 0 is what it has handled. */
async function hold(local) {
  const client = await open(local);
  await client.ask(`<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`, '</iq>');
  const enabled = await client.ask(`<enable xmlns='${NS_SM}' resume='true'/>`, '/>');
  return { local, client, id: /\bid=['"]([^'"]+)/.exec(enabled)[1] };
}

async function resume(session) {
  session.client = await open(session.local);
  const answer = await session.client.ask(`<resume xmlns='${NS_SM}' previd='${session.id}' h='0'/>`, '/>');
  if (!answer.includes('<resumed')) throw new Error(answer);
}

/** How long `work` took, and what it took of the server's processor. */
async function measure(count, work) {
  const [startMs, startCpuMs] = [performance.now(), server.cpuMs()];
  await work();
  const ms = performance.now() - startMs;
  return { perSecond: Math.round((count * 1000) / ms), cpuMs: ((server.cpuMs() - startCpuMs) / count).toFixed(1) };
}

const sessions = [];
const places = members.flatMap((local) => Array(DEVICES).fill(local)).slice(0, wanted);
const before = server.memoryBytes();
const logins = await measure(places.length, () => {
  const sitDown = async () => {
    for (let local = places.pop(); local; local = places.pop()) sessions.push(await hold(local));
  };
  return Promise.all(Array.from({ length: AT_ONCE }, sitDown));
});
const heldBytes = server.memoryBytes() - before;
for (const { client } of sessions) client.cut();
const resumptions = await measure(sessions.length, () => Promise.all(sessions.map(resume)));
console.log(`${sessions.length} sessions`, {
  'KiB/idle TLS session': Math.round(heldBytes / sessions.length / 1024),
  'logins/s': logins.perSecond,
  'processor ms/login': logins.cpuMs,
  'resumptions/s': resumptions.perSecond,
  'processor ms/resumption': resumptions.cpuMs,
  'MiB at the end': Math.round(server.memoryBytes() / 1024 / 1024),
});
for (const { client } of sessions) client.cut();
await server.stop();
