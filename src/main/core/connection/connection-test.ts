import { AppError } from '#shared/errors.ts'
import type { ConnectionTest, TestStep, TestStepName } from '#shared/target.ts'
import { createClient, openClient } from './client.ts'
import { readServerFacts } from './server-facts.ts'
import { publicTarget, type ResolvedTarget } from './target.ts'

/** Failures of opening that come after the server was reached. */
const STEP_OF: Partial<Record<AppError['code'], TestStepName>> = {
  wrong_password: 'auth',
  no_permission: 'auth',
  tls_mismatch: 'tls',
}

/** Connects to a target as the inspector would, and says what came of it, step by step. Never rejects. */
export async function testConnection(target: ResolvedTarget): Promise<ConnectionTest> {
  const { label } = publicTarget(target, false)
  const order: readonly TestStepName[] = [
    'connect',
    ...(target.tls === null ? [] : (['tls'] as const)),
    'auth',
    'permissions',
    'version',
  ]
  const steps: TestStep[] = []
  const client = createClient(target)
  client.on('error', () => {})
  let began = performance.now()
  const took = () => {
    const now = performance.now()
    const durationMs = now - began
    began = now
    return durationMs
  }
  try {
    await openClient(client, target)
    steps.push({ step: 'connect', state: 'done', detail: `${label} answers.`, durationMs: took() })
    if (target.tls !== null)
      steps.push({ step: 'tls', state: 'done', detail: 'The connection is encrypted.', durationMs: 0 })
    const user = target.username ?? 'the default user'
    steps.push({ step: 'auth', state: 'done', detail: `Signed in as ${user}.`, durationMs: 0 })
    const { server, missing } = await readServerFacts(client)
    const permissions =
      missing.length === 0
        ? 'All that the inspector needs is allowed.'
        : `May not run ${missing.join(', ')}; what needs them is refused.`
    steps.push({
      step: 'permissions',
      state: missing.length === 0 ? 'done' : 'warning',
      detail: permissions,
      durationMs: took(),
    })
    const detail = `${server.product} ${server.version}, ${server.mode}, ${server.role}.`
    steps.push({ step: 'version', state: 'done', detail, durationMs: 0 })
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'internal'
    const at = steps.length === 0 ? (STEP_OF[code] ?? 'connect') : (order[steps.length] ?? 'version')
    for (const step of order.slice(steps.length)) {
      if (step === at) break
      steps.push({ step, state: 'done', detail: `${label} answers.`, durationMs: 0 })
    }
    const detail = error instanceof AppError ? error.message : 'Something unexpected went wrong.'
    steps.push({ step: at, state: 'failed', detail, durationMs: took() })
    for (const step of order.slice(steps.length))
      steps.push({ step, state: 'skipped', detail: 'Not tried.', durationMs: 0 })
  } finally {
    client.disconnect()
  }
  return { steps }
}
