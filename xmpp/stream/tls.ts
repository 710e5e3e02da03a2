/** The certificate and key that listeners show. (Contract; the stream's builder fills it.) */
export interface TlsKeys {
  /** Reads the files anew: new handshakes use them, streams that are up go on. @throws Error with one clear line; the old ones stay. */
  reload(): void;
}
