import { MAX_TTL_SECONDS } from '#shared/ttl.ts'

/** Lua: `session_ttl(created, accessed, ttl)`, the configured TTL as a number, or nil where this is no session. */
export const SESSION_TTL = `
local function session_ttl(created, accessed, ttl)
  ttl = created and accessed and ttl and string.find(ttl, '^%d+$') and tonumber(ttl)
  if ttl and ttl >= 1 and ttl <= ${MAX_TTL_SECONDS} then return ttl end
end`

/** A Lua string literal of any text. */
export const luaString = (text: string): string =>
  `'${Array.from(Buffer.from(text), (byte) =>
    byte >= 32 && byte < 127 && byte !== 39 && byte !== 92
      ? String.fromCharCode(byte)
      : `\\${String(byte).padStart(3, '0')}`,
  ).join('')}'`
