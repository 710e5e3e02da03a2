// A worker thread: two people who talk while a benchmark keeps the main thread busy, so that only the server's part of it is measured.
import { parentPort, workerData } from 'node:worker_threads';
import { LeanClient } from './client.mjs';
import { DOMAIN, passwordOf } from './servers.mjs';

const PAUSE_MS = 20;
const { port, locals, body } = workerData;
const [left, right] = await Promise.all(
  locals.map((local) =>
    LeanClient.login({ port, domain: DOMAIN, local, password: passwordOf(local), resource: 'chat' }),
  ),
);

let tookMs = [];
let sentMs = 0;
const send = () => {
  sentMs = performance.now();
  left.write(`<message to='${locals[1]}@${DOMAIN}/chat' type='chat'><body>${body}</body></message>`);
};
right.countMessages(() => {
  tookMs.push(performance.now() - sentMs);
  setTimeout(send, PAUSE_MS);
});
send();

/** Each message from the main thread asks for what was measured since the last one. */
parentPort.on('message', () => {
  parentPort.postMessage(tookMs);
  tookMs = [];
});
parentPort.postMessage('ready');
