import { call } from '../api/client.js'
import { useEditStore } from '../features/edits/edit-store.js'
import { useFilesViewStore } from '../features/files/files-view.js'

/** Images with edits that are not saved, and those with a file in which something was typed that is not even staged. */
function unsaved(): string[] {
  const staged = Object.entries(useEditStore.getState().byPath).flatMap(([path, history]) => (history.present.length > 0 ? [path] : []))
  const typed = Object.entries(useFilesViewStore.getState().byPath).flatMap(([path, { open }]) =>
    typeof open?.typed === 'string' ? [path] : [],
  )
  return [...new Set([...staged, ...typed])]
}

/** Tells the main process which images have something unsaved whenever that changes, so that quitting can ask. Returns its end. */
export function reportStaged(): () => void {
  let told = ''
  const tell = () => {
    const images = unsaved()
    const now = images.join('\n')
    if (now === told) return
    told = now
    void call('app.noteStaged', { images }).catch(() => {})
  }
  const stops = [useEditStore.subscribe(tell), useFilesViewStore.subscribe(tell)]
  return () => {
    for (const stop of stops) stop()
  }
}
