// A process of its own that adds connections to a file of settings, until it has added all or is killed.
import { SettingsFile } from '../settings-file.ts'
import { storedConnection } from './stored-connection.ts'

const [path = '', name = '', count = '0'] = process.argv.slice(2)
const file = new SettingsFile(path)
for (let number = 0; number < Number(count); number += 1) {
  const entry = storedConnection(`${name}-${number}`)
  await file.change((settings) => ({ ...settings, connections: [...settings.connections, entry] }))
  console.log(entry.id)
}
