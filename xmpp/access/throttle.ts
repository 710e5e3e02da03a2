/** Slows wrong logins per address and per account (RFC 6120 section 13.12), without telling whether the account is there. */
export interface LoginThrottle {
  /** How long to wait before this attempt is looked at; Infinity: refuse at once (`policy-violation` ends the stream). */
  delayMs(address: string, account: string): number;
  failed(address: string, account: string): void;
  succeeded(address: string, account: string): void;
}
