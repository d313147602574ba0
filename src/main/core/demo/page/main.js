import { ask } from './requests.js'
import { createRing } from './ring.js'
import { createSessionView, element } from './session-view.js'
import { createStream } from './stream.js'
import { formatSeconds, timeOf } from './words.js'

const find = (id) => document.getElementById(id)
const { body } = document
const CHOICES = [10, 15, 60, 1800]

/** The last answer with a session, and its key; null without one. */
let current = null
let expired = false
/** What was typed last, so that a new form starts with it. */
const typed = { username: '', ttl: body.dataset.defaultTtl }

const view = createSessionView({
  cookieName: body.dataset.cookieName,
  attributes: body.dataset.cookieAttributes,
})
const stream = createStream(find('stream'), find('stream-empty'))
const ring = createRing(
  { dial: find('dial'), arc: find('arc'), left: find('left'), of: find('of'), mood: find('mood') },
  {
    onExpired: showExpired,
    onMood: ({ mood, words }) => {
      if (mood === 'amber' || mood === 'red') announce(`Your session: ${words}.`)
    },
  },
)
/** Other tabs of this browser share the cookie, so what one learns holds for all. */
const tabs = new BroadcastChannel('session-demo')

// ---- what the server said

/** Sends a request and shows what it did. Resolves to the answer. */
async function act(method, path, options) {
  const idBefore = current?.id
  const answer = await ask(method, path, options)
  const ids = [idBefore, current?.id, answer.data.session_id].filter(Boolean)
  stream.request(answer, ids)
  showLink(answer.status)
  announce(answer.effect)
  if (answer.data.authenticated === true) {
    const { session_id: id, session, configured_ttl: configured, ttl: left } = answer.data
    const key = answer.operations.find((operation) => operation.key.endsWith(id))?.key ?? null
    learn({ id, session: ownFields(session, left), configured, left, at: answer.at, key })
    tabs.postMessage(current)
    say('')
  } else if (answer.data.authenticated === false || answer.status === 401) {
    if (current !== null) tabs.postMessage(null)
    showSignedOut()
    say(
      answer.status === 401 ? `${answer.status} ${answer.data.error}. The server took the cookie back.` : '',
      'told',
    )
  }
  return answer
}

/** GET /session also carries the remaining TTL among the fields, as the guide's does; Redis has no such field. */
function ownFields(session, left) {
  if (session.ttl !== String(left)) return session
  const { ttl: _, ...fields } = session
  return fields
}

function learn(session) {
  const opened = current === null || expired
  current = session
  expired = false
  showSignedIn(opened)
}

tabs.onmessage = ({ data }) => (data === null ? showSignedOut() : learn(data))

// ---- what is on screen

const nameOf = ({ session }) => session.username ?? 'somebody'

function showSignedIn(opened) {
  const mounted = find('count') !== null
  if (!mounted) mount('signed-in')
  body.dataset.state = 'signed-in'
  find('name').textContent = nameOf(current)
  const views = find('views')
  const count = current.session.page_views ?? '–'
  if (mounted && views.textContent !== count) glow(views)
  views.textContent = count
  find('other').textContent = 'Log in as someone else'
  if (opened || document.activeElement !== find('ttl')) find('ttl').value = String(current.configured)
  view.show(current)
  ring.start(current)
}

function showExpired() {
  const { configured } = current
  expired = true
  body.dataset.state = 'expired'
  view.expire()
  stream.event(
    'No request',
    `the TTL of ${formatSeconds(configured)} ran out: Redis removed the key by itself`,
  )
  const words = `The session of ${nameOf(current)} expired by itself at ${timeOf(new Date())}. Click once more to see what the server says.`
  if (find('other') !== null) find('other').textContent = 'Start a new session'
  if (find('back') !== null) find('back').hidden = true
  say(words, 'told')
  announce(words)
}

function showSignedOut() {
  current = null
  expired = false
  ring.clear()
  view.clear()
  body.dataset.state = 'signed-out'
  if (find('login-form') === null) mount('signed-out')
  find('back').hidden = true
}

/** Puts one of the two panes on the stage. The focus stays on the stage if it was there. */
function mount(name) {
  const pane = find('pane')
  const focused = pane.contains(document.activeElement)
  pane.replaceChildren(find(name).content.cloneNode(true))
  for (const place of pane.querySelectorAll('.choices')) place.append(...CHOICES.map(choice))
  find('ttl').value = typed.ttl
  if (name === 'signed-in') {
    find('count').addEventListener('click', countView)
    find('forge').addEventListener('click', forge)
    find('ttl-form').addEventListener('submit', applyTtl)
    find('logout').addEventListener('click', logOut)
    find('other').addEventListener('click', logInAsOther)
  } else {
    find('username').value = typed.username
    find('login-form').addEventListener('submit', logIn)
    find('back').addEventListener('click', backToSession)
  }
  find('ttl').addEventListener('input', () => showFieldError(''))
  if (focused) (find('count') ?? find('username')).focus()
}

function choice(seconds) {
  const button = element('button', formatSeconds(seconds), 'choice')
  button.type = 'button'
  button.addEventListener('click', () => {
    find('ttl').value = String(seconds)
    showFieldError('')
    // Over a live session a choice is the change itself; in the login form it only fills in.
    if (find('ttl-form') !== null) find('ttl-form').requestSubmit()
  })
  return button
}

/** A line on the stage: what went wrong, or what just happened. Empty words take it away. */
function say(words, tone = 'wrong', retry = null) {
  const notice = find('notice')
  notice.hidden = words === ''
  notice.dataset.tone = tone
  notice.setAttribute('role', tone === 'wrong' ? 'alert' : 'note')
  find('notice-text').textContent = words
  find('notice-retry').hidden = retry === null
  find('notice-retry').onclick = retry
}

function showFieldError(words) {
  find('ttl-error').textContent = words
  if (words === '') find('ttl').removeAttribute('aria-invalid')
  else find('ttl').setAttribute('aria-invalid', 'true')
}

function showLink(status) {
  const [state, words] =
    status === 0 ? ['down', 'server away'] : status === 503 ? ['half', 'Redis away'] : ['up', 'Redis answers']
  find('link').dataset.link = state
  find('link-text').textContent = words
}

function announce(words) {
  find('announce').textContent = words
}

function glow(target) {
  target.classList.remove('changed')
  // Reading the layout between the two starts the animation anew.
  void target.offsetWidth
  target.classList.add('changed')
}

// ---- what one can do

const csrfToken = () => current?.session.csrf_token

/** Shows a refusal that leaves the session as it is; `again` is offered where it may go better the next time. */
function explain(answer, again) {
  if (answer.status === 200 || answer.status === 401) return
  const away = answer.status === 0 || answer.status === 503
  say(away ? answer.data.error : `${answer.status} ${answer.data.error}`, 'wrong', away ? again : null)
}

async function countView() {
  explain(await act('POST', '/increment', { csrfToken }), countView)
}

/** What a foreign page could send at most: the cookie without the token. */
async function forge() {
  const answer = await act('POST', '/increment')
  if (answer.status === 403) {
    say('403 Refused, and the session was not touched: a page of another site cannot know the token.', 'told')
  } else explain(answer, forge)
}

async function applyTtl(event) {
  event?.preventDefault()
  typed.ttl = find('ttl').value
  const answer = await act('POST', '/ttl', { params: { ttl: typed.ttl }, csrfToken })
  if (answer.status === 400) showFieldError(answer.data.error)
  else explain(answer, applyTtl)
  if (answer.status === 200) find('ttl').value = String(current.configured)
}

async function logIn(event) {
  event?.preventDefault()
  typed.username = find('username').value
  typed.ttl = find('ttl').value
  const answer = await act('POST', '/login', {
    params: { username: typed.username, ttl: typed.ttl },
    csrfToken,
  })
  if (answer.status === 400) showFieldError(answer.data.error)
  else explain(answer, logIn)
}

async function logOut() {
  explain(await act('POST', '/logout', { csrfToken }), logOut)
}

function logInAsOther() {
  mount('signed-out')
  if (!expired) {
    find('back').hidden = false
    find('login-title').textContent = 'Log in as someone else'
    find('login-hint').textContent =
      `A login always gets a new id, and ends the session of ${nameOf(current)}.`
  }
  find('username').focus()
  find('username').select()
}

function backToSession() {
  mount('signed-in')
  showSignedIn(true)
}

async function load() {
  say('')
  const answer = await act('GET', '/session')
  if (answer.status !== 200) {
    if (find('ttl') === null) showSignedOut()
    explain(answer, load)
  }
}

find('origin').textContent = location.host
find('cli-copy').addEventListener('click', async () => {
  const copied = await navigator.clipboard.writeText(find('cli-text').textContent).then(
    () => true,
    () => false,
  )
  find('cli-copy').textContent = copied ? 'Copied' : 'Select and copy'
  announce(copied ? 'Copied.' : 'The browser does not let this page copy.')
})
load()
