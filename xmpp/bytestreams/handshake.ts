/** The proxy's side of SOCKS5 (RFC 1928) as XEP-0065 narrows it: no authentication, CONNECT, a hash for a host name. */
import { ADDRESS_TYPE, CONNECT, METHOD, VERSION } from '../socks5/protocol.ts';

const HASH = /^[0-9a-f]{40}$/i;

/** RFC 1928 section 6. */
export const REFUSED = { notAllowed: 2, commandUnknown: 7, addressTypeUnknown: 8 } as const;

export interface HandshakeStep {
  reply?: Buffer;
  /** The connection ends after the reply. */
  refused?: true;
  /** DST.ADDR of a request that is good; lower case. It is answered by `accepted` or `refusal`. */
  hash?: string;
}

/** Takes bytes in however they are cut; holds no more than both messages can have. */
export class Handshake {
  #bytes: Buffer = Buffer.alloc(0);
  #greeted = false;

  /** What follows the request is not looked at: nothing may be said before the bytestream is active. */
  push(chunk: Buffer): HandshakeStep {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#greeted) return this.#request();
    const greeting = this.#greeting();
    if (!this.#greeted || this.#bytes.length === 0) return greeting;
    const request = this.#request();
    return { ...request, reply: Buffer.concat([greeting.reply, request.reply].filter((reply) => reply !== undefined)) };
  }

  #greeting(): HandshakeStep {
    const [version, count] = this.#bytes;
    if (version !== undefined && version !== VERSION) return { refused: true };
    if (count === undefined || this.#bytes.length < 2 + count) return {};
    const methods = this.#bytes.subarray(2, 2 + count);
    if (!methods.includes(METHOD.none)) return { reply: Buffer.from([VERSION, METHOD.unacceptable]), refused: true };
    this.#bytes = this.#bytes.subarray(2 + count);
    this.#greeted = true;
    return { reply: Buffer.from([VERSION, METHOD.none]) };
  }

  #request(): HandshakeStep {
    const [version, command, , type, length] = this.#bytes;
    if (version !== undefined && version !== VERSION) return { refused: true };
    if (command !== undefined && command !== CONNECT) return { reply: refusal(REFUSED.commandUnknown), refused: true };
    if (type !== undefined && type !== ADDRESS_TYPE.name)
      return { reply: refusal(REFUSED.addressTypeUnknown), refused: true };
    if (length === undefined || this.#bytes.length < 5 + length + 2) return {};
    const hash = this.#bytes.toString('latin1', 5, 5 + length);
    return HASH.test(hash) ? { hash: hash.toLowerCase() } : { reply: refusal(REFUSED.notAllowed), refused: true };
  }
}

/** BND.ADDR and BND.PORT are those of the request (XEP-0065 section 6.3.2). */
export function accepted(hash: string): Buffer {
  return Buffer.concat([
    Buffer.from([VERSION, 0, 0, ADDRESS_TYPE.name, hash.length]),
    Buffer.from(hash),
    Buffer.alloc(2),
  ]);
}

export function refusal(code: number): Buffer {
  return Buffer.concat([Buffer.from([VERSION, code, 0, ADDRESS_TYPE.v4]), Buffer.alloc(6)]);
}
