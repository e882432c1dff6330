import { HardDriveDownload } from 'lucide-react'
import { useEffect, useState } from 'react'
import styles from './drop-overlay.module.css'
import { useNavigation } from './navigation-store.js'

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true
}

/** The whole window takes files; while some hang over it, it says what will happen. `onDrop` must stay the same function. */
export function DropOverlay({ onDrop }: { readonly onDrop: (transfer: DataTransfer) => void }) {
  const [over, setOver] = useState(false)
  const view = useNavigation((store) => store.view.kind)

  useEffect(() => {
    // Enter and leave fire for every element below the pointer: they are counted.
    let depth = 0
    const settle = (next: number) => {
      depth = Math.max(0, next)
      setOver(depth > 0)
    }
    const onEnter = (event: DragEvent) => carriesFiles(event) && settle(depth + 1)
    const onLeave = (event: DragEvent) => carriesFiles(event) && settle(depth - 1)
    const onOver = (event: DragEvent) => {
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = carriesFiles(event) ? 'copy' : 'none'
    }
    const onDropped = (event: DragEvent) => {
      event.preventDefault()
      settle(0)
      if (carriesFiles(event) && event.dataTransfer !== null) onDrop(event.dataTransfer)
    }
    window.addEventListener('dragenter', onEnter)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('dragover', onOver)
    window.addEventListener('drop', onDropped)
    return () => {
      window.removeEventListener('dragenter', onEnter)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('drop', onDropped)
    }
  }, [onDrop])

  if (!over) return null
  return (
    <div className={styles.overlay}>
      <div className={styles.box}>
        <HardDriveDownload size={40} strokeWidth={1.7} aria-hidden />
        <p>
          {view === 'convert'
            ? 'Drop images to convert them'
            : view === 'ship'
              ? 'Drop an image to ship it'
              : 'Drop images to open them, a recipe to stage it'}
        </p>
      </div>
    </div>
  )
}
