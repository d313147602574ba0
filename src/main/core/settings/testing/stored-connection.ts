import type { StoredConnection } from '../settings-schema.ts'

/** A connection as it stands in the file. */
export const storedConnection = (id: string, part: Partial<StoredConnection> = {}): StoredConnection => ({
  id,
  name: `connection ${id}`,
  colour: null,
  environment: null,
  readOnly: false,
  prefixes: [],
  target: { deployment: 'standalone', host: '127.0.0.1', port: 6379, db: 0, tls: false },
  keepSecrets: false,
  secrets: {},
  asks: [],
  ...part,
})
