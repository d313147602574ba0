import { formatLeft, formatSeconds, moodOf } from './words.js'

const calm = matchMedia('(prefers-reduced-motion: reduce)')
/** For how long, in ms, the ring fills up after an access. */
const FILL = 180

/**
 * The countdown. It is told when the session ends and counts by itself: asking the server would be an access, and
 * would start the countdown anew.
 */
export function createRing(elements, { onExpired, onMood }) {
  const { dial, arc, left, of, mood } = elements
  let session = null
  let shown = 0
  let from = 0
  let filledAt = 0
  let timer = 0

  function draw() {
    if (session === null) return
    const now = Date.now()
    const remaining = Math.max(0, session.endsAt - now)
    const fraction = Math.min(1, remaining / session.length)
    const progress = calm.matches ? 1 : Math.min(1, (now - filledAt) / FILL)
    shown = from + (fraction - from) * (1 - (1 - progress) ** 3)
    arc.style.strokeDashoffset = String(100 - shown * 100)
    write(left, formatLeft(remaining))
    left.dataset.long = String(left.textContent.length > 5)
    setMood(moodOf(fraction))
    if (remaining > 0) schedule(remaining)
    else {
      session = null
      onExpired()
    }
  }

  function schedule(remaining) {
    cancel()
    // Without motion the figure changes at most once a second; a hidden page gets no frames and needs none, but
    // must learn of the end.
    if (calm.matches || document.hidden) {
      timer = setTimeout(draw, Math.min(1000, remaining))
      return
    }
    timer = -requestAnimationFrame(draw)
  }

  function cancel() {
    if (timer < 0) cancelAnimationFrame(-timer)
    else clearTimeout(timer)
    timer = 0
  }

  function setMood(next) {
    if (dial.dataset.mood === next.mood && mood.textContent === next.words) return
    const changed = dial.dataset.mood !== next.mood
    dial.dataset.mood = next.mood
    write(mood, next.words)
    if (changed) onMood(next)
  }

  document.addEventListener('visibilitychange', draw)

  return {
    /** @param seconds `configured` and `left`, as the server answered at `at` (epoch ms). */
    start({ configured, left: secondsLeft, at }) {
      session = { length: Math.max(configured, secondsLeft) * 1000, endsAt: at + secondsLeft * 1000 }
      from = shown
      filledAt = Date.now()
      write(of, `of ${formatSeconds(configured)}`)
      draw()
    },
    /** No session: an empty ring. */
    clear() {
      cancel()
      session = null
      shown = 0
      arc.style.strokeDashoffset = '100'
      write(left, '–')
      left.dataset.long = 'false'
      write(of, '')
      setMood({ mood: 'none', words: 'no session' })
    },
  }
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}
