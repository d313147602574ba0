import { CHANGE, IS_SESSION, JUDGE, OUTCOME, PUT, STATE, VERDICT } from './bulk-scripts.ts'

/*
 * The scripts for sessions of which each takes related keys along (see related-keys.ts): a session and its own go in one
 * step, or stay. KEYS are each session's key and then those of its parts. They answer as the others do; after the change of
 * a session comes the number of its parts that were changed, and of each of those: its place among the parts, what it is
 * (`whole`, `member` or `pointer`), the word, its DUMP and expiry before, and its mark now.
 *
 * Of a set there is no DUMP, since many sessions may be members of the same large one: its word is enough to bring a member
 * back, and its expiry, with which a set comes back that went with its last member. -2 says that there is nothing to bring.
 */

/** Values that are said of each part. */
export const PART_VALUES = 6

/** Lua: notes a change of a part. */
const PART_CHANGE = `
local function part_change(index, part, word, dump, at, mark)
  out[n + 1], out[n + 2], out[n + 3], out[n + 4], out[n + 5], out[n + 6] = index, part, word, dump, at, mark
  n = n + ${PART_VALUES}
end`

/**
 * ARGV: see {@link JUDGE}; then for each session the number of its parts and, of each, what it is and its word. A member goes
 * while it is one of a set, a pointer while it holds its word. Answers also which of KEYS are pointers that hold another one.
 * A user who may not do it is refused before the first write.
 */
export const DELETE_RELATED = `${STATE}${IS_SESSION}${JUDGE}${CHANGE}${PART_CHANGE}
local doomed, members, elsewhere = {}, {}, {}
local function take_part(index, at, part, word)
  local key = KEYS[at]
  local type = call('TYPE', key).ok
  if part == 'member' then
    if type ~= 'set' or call('SISMEMBER', key, word) == 0 then return 0 end
    members[#members + 1] = {key, word}
    part_change(index, part, word, false, end_of(key), false)
    return 1
  end
  if type == 'none' then return 0 end
  if part == 'pointer' then
    if type ~= 'string' then return 0 end
    if call('GET', key) ~= word then
      elsewhere[#elsewhere + 1] = at
      return 0
    end
  end
  local dump, ends = state(key)
  doomed[#doomed + 1] = key
  part_change(index, part, word, dump, ends, false)
  return 1
end
local k, a = 1, 4
for i = 1, #kinds do
  local key, count = KEYS[k], tonumber(ARGV[a])
  local dump, at = state(key)
  local outcome = judge(i, key, dump, at)
  n = n + 1
  out[n] = outcome
  if outcome == ${OUTCOME.done} then
    change(dump, at, false)
    n = n + 1
    local counter, gone = n, 0
    for j = 1, count do
      gone = gone + take_part(j, k + j, ARGV[a + 2 * j - 1], ARGV[a + 2 * j])
    end
    out[counter] = gone
    doomed[#doomed + 1] = key
  end
  k, a = k + 1 + count, a + 1 + 2 * count
end
if #doomed > 0 then
  if redis.acl_check_cmd and not redis.acl_check_cmd('UNLINK', doomed[1]) then call('UNLINK', doomed[1]) end
  for _, member in ipairs(members) do call('SREM', member[1], member[2]) end
  call('UNLINK', unpack(doomed))
end
return {finish(), elsewhere}`

/**
 * Takes back what one of these scripts answered, each session with its parts by itself: the session and the keys that are
 * its alone as {@link REVERT_EACH} does. What others write too is judged by none of that: the member alone comes or goes, a
 * pointer only where there is none, or while it leads here. ARGV: that answer, for the same keys.
 */
export const REVERT_RELATED = `${STATE}${CHANGE}${PART_CHANGE}${VERDICT}${PUT}
local said = cmsgpack.unpack(ARGV[1])
local function is_over(at) return at > 0 and at <= moment end
local function add_member(key, word, at)
  local type = call('TYPE', key).ok
  if at == -2 or not (type == 'set' or type == 'none' and not is_over(at)) then return end
  if redis.acl_check_cmd and not redis.acl_check_cmd('PEXPIREAT', key, '1') then call('PEXPIREAT', key, '1') end
  call('SADD', key, word)
  if type == 'none' and at > 0 then call('PEXPIREAT', key, string.format('%.0f', at)) end
end
local function remove_member(key, word)
  if call('TYPE', key).ok ~= 'set' or call('SISMEMBER', key, word) == 0 then return -2 end
  local at = end_of(key)
  call('SREM', key, word)
  return at
end
local function put_pointer(key, dump, at)
  if dump and not is_over(at) and call('TYPE', key).ok == 'none' then put(key, dump, at) end
end
local function remove_pointer(key, word)
  if call('TYPE', key).ok ~= 'string' or call('GET', key) ~= word then return false, -2 end
  local dump, at = state(key)
  call('UNLINK', key)
  return dump, at
end
local function revert_part(index, key, from, returns)
  local part, word, dump, at = said[from + 1], said[from + 2], said[from + 3], said[from + 4]
  local mark = false
  if part == 'whole' then
    local found, ends = state(key)
    mark = put(key, dump, at)
    dump, at = found, ends
  elseif part == 'member' then
    if returns then add_member(key, word, at) else at = remove_member(key, word) end
  else
    if returns then put_pointer(key, dump, at) else dump, at = remove_pointer(key, word) end
  end
  part_change(index, part, word, dump, at, mark)
end
local function judge_all(k, from, count, found, at, dump, expiry, mark)
  local outcome = verdict(found, at, dump, expiry, mark)
  for j = 1, count do
    local part = from + ${PART_VALUES} * (j - 1)
    if outcome == ${OUTCOME.done} and said[part + 1] == 'whole' then
      local other, ends = state(KEYS[k + j])
      local own = verdict(other, ends, said[part + 3], said[part + 4], said[part + 5])
      if own ~= ${OUTCOME.already} then outcome = own end
    end
  end
  return outcome
end
local k, place = 1, 2
while k <= #KEYS do
  if said[place] == ${OUTCOME.done} then
    local key, dump, expiry, mark = KEYS[k], said[place + 1], said[place + 2], said[place + 3]
    local count, from = said[place + 4], place + 5
    local found, at = state(key)
    local outcome = judge_all(k, from, count, found, at, dump, expiry, mark)
    n = n + 1
    out[n] = outcome
    if outcome == ${OUTCOME.done} then
      local own = n
      n = n + 4
      out[own + 1], out[own + 2], out[own + 4] = found, at, count
      -- Members first: who may not write sets is refused before anything of this session is written.
      for turn = 1, 2 do
        for j = 1, count do
          local part = from + ${PART_VALUES} * (j - 1)
          if (said[part + 1] == 'member') == (turn == 1) then revert_part(j, KEYS[k + j], part, dump ~= false) end
        end
      end
      out[own + 3] = put(key, dump, expiry)
    end
    k, place = k + 1 + count, from + ${PART_VALUES} * count
  else
    n = n + 1
    out[n] = ${OUTCOME.left}
    k, place = k + 1, place + 1
  end
end
return finish()`
