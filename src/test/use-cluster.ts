import { afterAll, beforeAll } from 'vitest'
import { type ClusterOptions, startCluster, type TestCluster } from './cluster.ts'

/** A cluster for one test file: started before it, ended after it. */
export function useCluster(options: ClusterOptions = {}): { readonly cluster: TestCluster } {
  let cluster: TestCluster | undefined
  beforeAll(async () => {
    cluster = await startCluster(options)
  }, 60_000)
  afterAll(async () => {
    await cluster?.stop()
  })
  return {
    get cluster() {
      if (cluster === undefined) throw new Error('the test cluster is not running yet')
      return cluster
    },
  }
}
