/** What both sides of SOCKS5 say (RFC 1928 sections 3 to 6). */
export const VERSION = 5;
export const METHOD = { none: 0, password: 2, unacceptable: 0xff } as const;
export const CONNECT = 1;
export const ADDRESS_TYPE = { v4: 1, name: 3, v6: 4 } as const;
