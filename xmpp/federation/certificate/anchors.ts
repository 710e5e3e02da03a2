/** The certificate authorities that are believed: the public ones that Node brings along, and those of the owner's file. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export class Anchors {
  readonly #own: readonly string[];
  #bySubject: Map<string, X509Certificate[]> | undefined;

  /** @param file PEM; '' for none. @throws Error where it cannot be read or holds no certificate */
  constructor(file: string) {
    this.#own = file === '' ? [] : pemsOf(file);
  }

  /** For OpenSSL; undefined where its own list will do. */
  get pems(): string[] | undefined {
    return this.#own.length === 0 ? undefined : [...rootCertificates, ...this.#own];
  }

  named(subject: string): readonly X509Certificate[] {
    this.#bySubject ??= this.#read();
    return this.#bySubject.get(subject) ?? [];
  }

  /** Reading them takes a while, and a box that nobody dials needs none. */
  #read(): Map<string, X509Certificate[]> {
    const bySubject = new Map<string, X509Certificate[]>();
    for (const pem of [...rootCertificates, ...this.#own]) {
      const certificate = new X509Certificate(pem);
      bySubject.set(certificate.subject, [...(bySubject.get(certificate.subject) ?? []), certificate]);
    }
    return bySubject;
  }
}

function pemsOf(file: string): string[] {
  const pems = readFileSync(file, 'utf8').match(PEM) ?? [];
  if (pems.length === 0) throw new Error(`${file} holds no certificate`);
  return [...pems];
}
