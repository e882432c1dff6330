import type { Remote, RemoteDraft } from '#shared/clouds/upload-plan'

/**
 * What an upload knows over a break: JSON lines in a folder of its own, synced before a call returns. Holds no secrets.
 */
export interface UploadJournal {
  get<T>(key: string): T | undefined
  put(key: string, value: unknown): Promise<void>
  /** Many small facts, such as parts that were taken: synced once in a while and by `sync`. The last `put` of a key wins. */
  note(key: string, value: unknown): void
  sync(): Promise<void>
  /** Something is about to exist, or exists, at the provider. The same kind and id again replaces what was known. */
  created(remote: RemoteDraft): Promise<void>
  /** It is gone. */
  forget(kind: string, id: string): Promise<void>
  remotes(): readonly Remote[]
}
