import { explainAttribute, fieldOrder, kindOf } from './words.js'

const find = (id) => document.getElementById(id)

/** The two halves of a session: the cookie in the browser, the hash in Redis. */
export function createSessionView({ cookieName, attributes }) {
  let before = new Map()

  function showCookie(id) {
    find('browser-empty').hidden = id !== null
    find('cookie').textContent = id === null ? 'no cookie' : `${cookieName}=${id}`
    const list = find('attributes')
    list.replaceChildren()
    if (id === null) return
    for (const attribute of attributes.split(/;\s*/)) {
      const meaning = explainAttribute(attribute)
      // The proof beside the claim: what a script of this page gets to see.
      const proof = /^httponly$/i.test(attribute)
        ? ` Here document.cookie is ${JSON.stringify(document.cookie)}.`
        : ''
      list.append(element('dt', attribute, 'mono'), element('dd', meaning + proof))
    }
  }

  function showFields(session) {
    const entries = Object.entries(session).sort(([a], [b]) => fieldOrder(a, b))
    const rows = entries.map(([name, value]) => {
      const row = element('tr')
      const head = element('th', name, 'mono')
      head.scope = 'row'
      row.append(head, element('td', value, 'mono value'), element('td', kindOf(name), 'kind'))
      row.dataset.kind = kindOf(name)
      if (before.size > 0 && before.get(name) !== value) row.className = 'changed'
      return row
    })
    find('fields-body').replaceChildren(...rows)
    before = new Map(entries)
  }

  return {
    /** @param key of the hash, or null where the server has not said it. */
    show({ id, session, key }) {
      showCookie(id)
      find('browser-aside').textContent = 'one cookie: the id and nothing else'
      find('redis-aside').textContent = 'one hash with an expiry'
      showFields(session)
      find('fields').hidden = false
      find('redis-empty').hidden = true
      find('key').textContent = key ?? ''
      find('cli').hidden = key === null
      find('cli-copy').textContent = 'Copy'
      find('cli-text').textContent = key === null ? '' : `redis-cli HGETALL ${quote(key)}`
    },
    /** The countdown is over: Redis has removed the hash, and the browser does not know it yet. */
    expire() {
      find('browser-aside').textContent = 'still here: the browser does not know yet'
      find('redis-aside').textContent = 'gone: Redis removed the key'
      find('cli').hidden = true
      before = new Map()
    },
    clear() {
      showCookie(null)
      before = new Map()
      find('browser-aside').textContent = ''
      find('redis-aside').textContent = ''
      find('fields').hidden = true
      find('fields-body').replaceChildren()
      find('key').textContent = 'no key'
      find('cli').hidden = true
      find('redis-empty').hidden = false
    },
  }
}

/** An element with text: what comes from a session never becomes markup. */
export function element(tag, text, className) {
  const made = document.createElement(tag)
  if (text !== undefined) made.textContent = text
  if (className) made.className = className
  return made
}

/** For a shell. */
const quote = (text) => (/^[\w:.@/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
