/**
 * What RESTORE looks at before it loads a payload of DUMP. The format is Redis' own, but its end has been the same since
 * 2.6: two bytes of RDB version and eight of a CRC-64 of all before them, both little-endian. Sources:
 * https://redis.io/docs/latest/commands/dump/ and `verifyDumpPayload` in Redis' src/cluster.c.
 */
const FOOTER_BYTES = 10

/** The RDB version of a payload; null for one that is too short to have any. */
export const rdbVersionOf = (dump: Buffer): number | null =>
  dump.length <= FOOTER_BYTES ? null : dump.readUInt16LE(dump.length - FOOTER_BYTES)

/** Whether a payload has come through undamaged. */
export function isIntact(dump: Buffer): boolean {
  if (dump.length <= FOOTER_BYTES) return false
  const [low, high] = crc64(dump.subarray(0, dump.length - 8))
  return dump.readUInt32LE(dump.length - 8) === low && dump.readUInt32LE(dump.length - 4) === high
}

/** RDB versions of the servers that this was tried with. A newer server reads what older ones have written. */
const KNOWN: Readonly<Record<string, number>> = {
  'Redis 7.0': 10,
  'Redis 7.2': 11,
  'Redis 7.4': 12,
  'Redis 8.0': 12,
  'Valkey 7.2': 11,
  'Valkey 8.0': 11,
  'Valkey 8.1': 11,
}

/** The RDB version that a server writes, by its name; null for one that is not known, whose first DUMP then tells. */
export const knownRdbVersion = ({
  product,
  version,
}: {
  readonly product: string
  readonly version: string
}): number | null => KNOWN[`${product} ${version.split('.').slice(0, 2).join('.')}`] ?? null

/** The reflected polynomial of Jones, as Redis' src/crc64.c has it, in halves: BigInt would take twenty times as long. */
const [POLYNOMIAL_HIGH, POLYNOMIAL_LOW] = [0x95ac_9329, 0xac4b_c9b5]
const TABLE_HIGH = new Uint32Array(256)
const TABLE_LOW = new Uint32Array(256)
for (let byte = 0; byte < 256; byte += 1) {
  let [high, low] = [0, byte]
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (odd === 1) [high, low] = [high ^ POLYNOMIAL_HIGH, low ^ POLYNOMIAL_LOW]
  }
  TABLE_HIGH[byte] = high
  TABLE_LOW[byte] = low
}

function crc64(bytes: Buffer): readonly [low: number, high: number] {
  let [high, low] = [0, 0]
  for (const byte of bytes) {
    const entry = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ (TABLE_LOW[entry] ?? 0)
    high = (high >>> 8) ^ (TABLE_HIGH[entry] ?? 0)
  }
  return [low >>> 0, high >>> 0]
}
