import { runDemo } from './core/demo/cli.ts'

const result = await runDemo(process.argv.slice(2), {
  env: process.env,
  out: (line) => console.log(line),
  err: (line) => console.error(line),
})
if ('exitCode' in result) process.exitCode = result.exitCode
else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void result.stop())
}
