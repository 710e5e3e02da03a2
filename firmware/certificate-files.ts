/** The certificate and key in use, the box's own or its owner's. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BoxError, reasonOf } from './errors.ts';

/** PEM files. */
export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** Looks at the owner's files before anything is started on them. @throws BoxError certificate-unusable */
export function checkCertificate({ certificate, key }: CertificateFiles): void {
  let file = certificate;
  try {
    const shown = new X509Certificate(readFileSync(certificate));
    file = key;
    if (!shown.checkPrivateKey(createPrivateKey(readFileSync(key))))
      throw new Error('it is not the key of the certificate');
  } catch (error) {
    throw new BoxError('certificate-unusable', { file, reason: reasonOf(error) });
  }
}
