import { spotlight } from '@mantine/spotlight'
import { useEffect } from 'react'
import { useSignInStore } from '../features/containers/sign-in-store.js'
import { useEditStore } from '../features/edits/edit-store.js'
import { appActions } from './actions.js'
import { useNavigation } from './navigation-store.js'

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea'))
}

/** The path of the image on the screen; null on all other screens. */
function shownImage(): string | null {
  const { view, active } = useNavigation.getState()
  return view.kind === 'images' ? active : null
}

function onUndoKey(event: KeyboardEvent): boolean {
  const path = shownImage()
  if (path === null || isTyping(event.target)) return false
  const { undo, redo } = useEditStore.getState()
  if (event.shiftKey) redo(path)
  else undo(path)
  return true
}

function onSaveKey(): boolean {
  const path = shownImage()
  const edits = path === null ? 0 : (useEditStore.getState().byPath[path]?.present.length ?? 0)
  if (path !== null && edits > 0) appActions.save(path, 'new-file')
  return true
}

function onCloseKey(): boolean {
  const path = shownImage()
  if (path !== null) appActions.closeImage(path)
  return true
}

/** True when the key was for the app. */
function onCtrlKey(event: KeyboardEvent): boolean {
  switch (event.key.toLowerCase()) {
    case 'k':
      if (isTyping(event.target)) return false
      // It may not be there yet: it is open then as soon as it is.
      spotlight.open()
      return true
    case 'o':
      appActions.chooseImages()
      return true
    case 'w':
      return onCloseKey()
    case 's':
      return onSaveKey()
    case 'z':
      return onUndoKey(event)
    case 'y':
      if (isTyping(event.target) || shownImage() === null) return false
      useEditStore.getState().redo(shownImage() ?? '')
      return true
    case 'tab':
      useNavigation.getState().cycle(event.shiftKey ? -1 : 1)
      return true
    default:
      return false
  }
}

/** Keys of the whole window; nothing of it works behind an open dialog. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!event.ctrlKey || event.altKey || event.metaKey) return
      const behindDialog = useNavigation.getState().dialog !== null || useSignInStore.getState().registry !== null
      if (behindDialog ? ['o', 'w', 's'].includes(event.key.toLowerCase()) : onCtrlKey(event)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
