// The visitors of the demo server, in a process of their own.
import { Load, type LoadOptions } from '../load.ts'
import { answerQuestions } from '../worker.ts'

const load = new Load(JSON.parse(process.argv[2] ?? '{}') as LoadOptions)

answerQuestions({
  start: () => load.start(),
  stop: () => load.stop(),
  mark: () => load.mark(),
  figures: () => load.figures,
  rebase: (dump: Parameters<Load['rebase']>[0]) => load.rebase(dump),
  verify: (dump: Parameters<Load['verify']>[0]) => load.verify(dump),
})
