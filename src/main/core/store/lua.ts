import { MAX_TTL_SECONDS } from '#shared/ttl.ts'

/**
 * Lua: `session_ttl(created, accessed, ttl)`, the configured TTL as it is stored, or nil where this is no session. It
 * is digits without a leading zero, which EXPIRE would refuse.
 */
export const SESSION_TTL = `
local function session_ttl(created, accessed, ttl)
  if not (created and accessed and ttl and string.find(ttl, '^[1-9]%d*$')) then return end
  if tonumber(ttl) <= ${MAX_TTL_SECONDS} then return ttl end
end`

/** A Lua string literal of any text. */
export const luaString = (text: string): string =>
  `'${Array.from(Buffer.from(text), (byte) =>
    byte >= 32 && byte < 127 && byte !== 39 && byte !== 92
      ? String.fromCharCode(byte)
      : `\\${String(byte).padStart(3, '0')}`,
  ).join('')}'`
