import type { Holding } from '../connection/cluster-client.ts'
import type { ReadPlan } from './columns.ts'
import type { KeyReader, ReadReply } from './key-reader.ts'

/** Reads the keys of a prefix: on the server that has them, or on all that do. */
export interface ListReader {
  /** The servers that are scanned, each for itself. */
  readonly shards: readonly KeyReader[]
  /** False since a server refused to run the scripts. */
  readonly scripted: boolean
  /** Another server may answer now, or the user may run scripts now. */
  reset(): void
  /**
   * @param ids as binary strings; a few hundred at most, so that other clients do not wait
   * @param take what becomes of a reply, before any later one is taken in; of several servers, one after the other
   * @throws AppError
   */
  read(ids: readonly string[], plan: ReadPlan, take: (reply: ReadReply) => void): Promise<void>
  /** The names of fields that these keys have beside the reserved ones, most frequent first. @throws AppError */
  fieldNames(ids: readonly string[]): Promise<readonly string[]>
  /** Of a cluster: what each server serves at the moment, by its reader. @throws AppError */
  holdings?(): Promise<ReadonlyMap<KeyReader, Holding>>
}
