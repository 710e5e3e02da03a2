/** The writer thread's program. Started by journal.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WriterStart } from './messages.ts';
import { write } from './writer.ts';

if (parentPort !== null) write(parentPort, workerData as WriterStart);
