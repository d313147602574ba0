/** @param isCurrent whether the question still stands: an answer that comes too late says nothing */
export type Question = (isCurrent: () => boolean) => Promise<void>

export interface Asker {
  /**
   * Asks at once, or, where a question is under way, the usual one after it: however often somebody wishes for an answer
   * meanwhile, that is one question. @default question the usual one
   */
  ask(question?: Question): void
  /** The question is another one from now on: answers that are under way are too late, and it is asked after them. */
  invalidate(): void
  /** Says whether the question that stands now still does later on. */
  current(): () => boolean
}

/**
 * Asks the core one question at a time, so that a screen is at most one answer behind however often something changes.
 * @param usual brings what is shown up to date @param fail told why a question that still stands had no answer
 */
export function createAsker(usual: Question, fail: (error: unknown) => void): Asker {
  /** Rises when the question is another one. */
  let generation = 0
  let asking = false
  let again = false

  const current = () => {
    const asked = generation
    return () => asked === generation
  }
  const ask = async (question: Question): Promise<void> => {
    if (asking) {
      again = true
      return
    }
    asking = true
    const isCurrent = current()
    try {
      await question(isCurrent)
    } catch (error) {
      if (isCurrent()) fail(error)
    } finally {
      asking = false
      if (again || !isCurrent()) {
        again = false
        void ask(usual)
      }
    }
  }

  return {
    ask: (question = usual) => void ask(question),
    invalidate() {
      generation += 1
    },
    current,
  }
}
