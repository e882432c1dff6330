import { create } from 'zustand'
import type { CallInput } from '#shared/contract'
import type { ContainerIndex } from '#shared/containers/container-report'
import { call, subscribe } from '../../api/client.js'

interface IndexStore {
  /** Of what was asked for last. */
  readonly key: string | null
  readonly index: ContainerIndex | null
  readonly error: unknown
}

/** The image that is being looked into. It stays open while other screens show. */
export const useIndexStore = create<IndexStore>()(() => ({ key: null, index: null, error: null }))

let stop = (): void => {}

export type IndexRequest = CallInput<'containers.openIndex'>

export function indexKey(request: IndexRequest): string {
  return JSON.stringify([request.reference, request.digest, request.platform, request.access])
}

/** Looks into another image, or into the same once more; what was read before is given up. */
export async function lookInto(request: IndexRequest): Promise<void> {
  const key = indexKey(request)
  forgetIndex()
  useIndexStore.setState({ key })
  let id: string | null = null
  // What is found first may be told before the answer with its id is here.
  const early = new Map<string, ContainerIndex>()
  const unsubscribe = subscribe('containers.indexed', (index) => {
    if (id === null) early.set(index.id, index)
    else if (index.id === id) useIndexStore.setState({ index })
  })
  stop = unsubscribe
  try {
    const opened = await call('containers.openIndex', request)
    if (stop !== unsubscribe) return close(opened.id)
    id = opened.id
    useIndexStore.setState({ index: early.get(id) ?? opened })
  } catch (error) {
    if (stop === unsubscribe) useIndexStore.setState({ error })
  }
}

export function forgetIndex(): void {
  stop()
  stop = () => {}
  const { index } = useIndexStore.getState()
  if (index !== null) close(index.id)
  useIndexStore.setState({ key: null, index: null, error: null })
}

function close(id: string): void {
  void call('containers.closeIndex', { id }).catch(() => {})
}
