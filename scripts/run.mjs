// `npm run web` and `npm run demo`: installs and builds what is missing, then runs the program.
import { ensureBuilt } from './build.mjs'
import { runProgram } from './run-program.mjs'
import { setup } from './setup.mjs'

const [name, ...args] = process.argv.slice(2)
await setup()
ensureBuilt()
await runProgram(name, args)
