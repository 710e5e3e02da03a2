/** The files and the HTTP side of uploads on a home. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { UploadServer } from '../../../firmware/http/upload.ts';
import { UploadFiles } from '../../../firmware/upload-files.ts';
import { whoMay } from '../../../xmpp/access/may-log-in.ts';
import { silentLog } from '../../xmpp/extensions/harness.ts';
import type { Home } from '../home.ts';

export const KEPT_DAYS = 30;

export async function openFiles({ folder, host, clock }: Home): Promise<UploadFiles> {
  const { store } = host;
  const files = new UploadFiles({ folder: join(folder, 'uploads'), store, clock, days: KEPT_DAYS, log: silentLog });
  await files.start();
  onTestFinished(() => files.stop());
  return files;
}

export async function openUploads(home: Home, files?: UploadFiles): Promise<UploadServer> {
  const { host, clock } = home;
  const mayUpload = (id: string) => whoMay(host, id, 'upload') !== undefined;
  return new UploadServer({ files: files ?? (await openFiles(home)), mayUpload, clock, log: silentLog });
}
