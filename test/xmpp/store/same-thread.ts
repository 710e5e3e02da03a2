/**
 * The store's writer in the thread of the test: SQLite, files and messages are real, and a test of something else does not pay for
 * a thread of its own. The tests of the store have the thread.
 */
import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { Thread } from '../../../xmpp/store/journal.ts';
import type { WriterStart } from '../../../xmpp/store/messages.ts';
import { write } from '../../../xmpp/store/writer.ts';

export function sameThread(start: WriterStart): Thread {
  const { port1, port2 } = new MessageChannel();
  const events = new EventEmitter();
  port1.on('message', (message) => events.emit('message', message));
  port1.on('close', () => events.emit('exit', 0));
  write(port2, start);
  return Object.assign(events, { postMessage: (message: unknown) => port1.postMessage(message) });
}
