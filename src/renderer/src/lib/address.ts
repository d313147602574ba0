export interface TypedAddress {
  readonly host: string
  readonly port?: number
}

/** `host:port`, an IPv6 address in brackets. */
export const formatAddress = ({
  host,
  port,
}: {
  readonly host: string
  readonly port?: number | undefined
}): string => {
  const name = host.includes(':') ? `[${host}]` : host
  return port === undefined ? name : `${name}:${port}`
}

/** Reads one; null for what is none. A bare IPv6 address has no port. */
export function readAddress(text: string): TypedAddress | null {
  const bracketed = /^\[([0-9a-f:.%a-z]+)\](?::(\d{1,5}))?$/i.exec(text)
  const [, host, digits] = bracketed ?? /^([^\s:/[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? [null, null]
  if (host == null)
    return /^[0-9a-f]*:[0-9a-f:.]+$/i.test(text) && text.split(':').length > 2 ? { host: text } : null
  if (digits === undefined) return { host }
  const port = Number(digits)
  return port >= 1 && port <= 65_535 ? { host, port } : null
}

/** Reads several, one a line or parted by commas. @returns the first piece that is no address, where there is one */
export function readAddresses(text: string): readonly TypedAddress[] | string {
  const addresses: TypedAddress[] = []
  for (const piece of text.split(/[\n,;]/).map((each) => each.trim())) {
    if (piece === '') continue
    const address = readAddress(piece)
    if (address === null) return piece
    addresses.push(address)
  }
  return addresses
}
