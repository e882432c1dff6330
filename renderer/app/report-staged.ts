import { call } from '../api/client.js'
import { useEditStore } from '../features/edits/edit-store.js'

/** Tells the main process which images have staged edits whenever that changes, so that quitting can ask. Returns its end. */
export function reportStaged(): () => void {
  let told = ''
  return useEditStore.subscribe(({ byPath }) => {
    const images = Object.entries(byPath).flatMap(([path, history]) => (history.present.length > 0 ? [path] : []))
    const now = images.join('\n')
    if (now === told) return
    told = now
    void call('app.noteStaged', { images }).catch(() => {})
  })
}
