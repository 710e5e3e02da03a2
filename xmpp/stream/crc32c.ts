/** CRC-32C (Castagnoli), as RFC 4960 appendix B has it; for texts of some hundred bytes. */
const POLYNOMIAL = 0x82f63b78;

export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}
