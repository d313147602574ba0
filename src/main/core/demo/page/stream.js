import { element } from './session-view.js'
import { shortId, timeOf } from './words.js'

const MOST = 40

/** What just happened: each request with the Redis commands that it caused, the newest on top. */
export function createStream(list, empty) {
  function add(entry) {
    empty.hidden = true
    list.prepend(entry)
    while (list.children.length > MOST) list.lastElementChild.remove()
  }

  return {
    /** @param ids to show short: the whole ones stand with the cookie. */
    request(answer, ids) {
      const entry = element('li', undefined, 'entry')
      entry.dataset.kind = answer.status === 200 ? 'done' : 'refused'
      const head = element('div', undefined, 'entry-head')
      head.append(
        element('span', `${answer.method} ${answer.path}`, 'mono request'),
        element('span', answer.status === 0 ? 'no answer' : String(answer.status), 'mono status'),
        element('span', `${Math.max(1, Math.round(answer.milliseconds))} ms`, 'mono quiet-text'),
        element('time', timeOf(new Date()), 'mono quiet-text'),
      )
      entry.append(head, element('p', answer.effect, 'effect'))
      for (const operation of answer.operations) entry.append(operationOf(operation, ids))
      if (answer.left > 0) entry.append(element('p', `and ${answer.left} more`, 'quiet-text'))
      add(entry)
    },
    /** Something that no request did. */
    event(title, effect) {
      const entry = element('li', undefined, 'entry')
      entry.dataset.kind = 'local'
      const head = element('div', undefined, 'entry-head')
      head.append(element('span', title, 'request'), element('time', timeOf(new Date()), 'mono quiet-text'))
      entry.append(head, element('p', effect, 'effect'))
      add(entry)
    },
  }
}

function operationOf({ operation, commands, durationMs }, ids) {
  const block = element('div', undefined, 'operation')
  const name = element('p', undefined, 'operation-name')
  name.append(element('span', operation), element('span', `${durationMs.toFixed(1)} ms`, 'mono'))
  block.append(name)
  for (const command of commands) {
    const text = ids.reduce((shorter, id) => shorter.replaceAll(id, shortId(id)), command)
    const line = element('code', undefined, 'command')
    const [verb = ''] = text.split(' ', 1)
    line.append(element('b', verb), text.slice(verb.length))
    block.append(line)
  }
  return block
}
