import { expect, it, vi } from 'vitest'
import { createAsker, type Question } from './asker.ts'

/** A core that answers when the test says so. */
function slowCore() {
  const asked: { answer: () => void; refuse: (error: unknown) => void }[] = []
  const answers: string[] = []
  const failed: unknown[] = []
  const question =
    (name: string): Question =>
    async (isCurrent) => {
      await new Promise<void>((answer, refuse) => asked.push({ answer, refuse }))
      answers.push(isCurrent() ? name : `${name}, too late`)
    }
  const asker = createAsker(question('usual'), (error) => failed.push(error))
  const answer = async (number: number) => {
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(number))
    asked[number]?.answer()
  }
  return { asked, answers, failed, asker, answer, question }
}

it('asks one question at a time, and once more however often it was wished for meanwhile', async () => {
  const { asked, answers, asker, answer } = slowCore()
  for (let n = 0; n < 5; n += 1) asker.ask()
  expect(asked).toHaveLength(1)
  await answer(0)
  await answer(1)
  await vi.waitFor(() => expect(answers).toEqual(['usual', 'usual']))
  expect(asked).toHaveLength(2)
})

it('asks the usual question after another one, and not that one again', async () => {
  const { answers, asker, answer, question } = slowCore()
  asker.ask(question('more'))
  asker.ask(question('still more'))
  await answer(0)
  await answer(1)
  await vi.waitFor(() => expect(answers).toEqual(['more', 'usual']))
})

it('asks anew where the question has become another one meanwhile', async () => {
  const { asked, answers, failed, asker, answer } = slowCore()
  const stands = asker.current()
  asker.ask()
  asker.invalidate()
  expect(stands()).toBe(false)
  await answer(0)
  await answer(1)
  await vi.waitFor(() => expect(answers).toEqual(['usual, too late', 'usual']))
  asker.ask()
  await vi.waitFor(() => expect(asked).toHaveLength(3))
  asker.invalidate()
  asked[2]?.refuse(new Error('of the old one'))
  await answer(3)
  await vi.waitFor(() => expect(answers).toHaveLength(3))
  expect(failed).toEqual([])
})

it('tells why there was no answer, and can be asked again', async () => {
  const { asked, failed, answers, asker, answer } = slowCore()
  asker.ask()
  asked[0]?.refuse('refused')
  await vi.waitFor(() => expect(failed).toEqual(['refused']))
  asker.ask()
  await answer(1)
  await vi.waitFor(() => expect(answers).toEqual(['usual']))
})
