// The decoder's worker out of its TypeScript, for tests and tools: a loader that the main thread has is not a worker's.
import { register } from 'tsx/esm/api'

register()
await import('../decoder-worker.ts')
