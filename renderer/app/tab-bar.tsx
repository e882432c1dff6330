import { spotlight } from '@mantine/spotlight'
import { HardDrive, Search, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useAppActions } from '../components/app-actions.js'
import { splitPath } from '../components/format.js'
import { visibleText } from '../components/visible-text.js'
import { useEdits } from '../features/edits/edit-store.js'
import { useNavigation } from './navigation-store.js'
import styles from './tab-bar.module.css'

/** Open images on the left, the command palette on the right. */
export function TabBar() {
  const images = useNavigation((store) => store.images)
  return (
    <div className={styles.bar}>
      <nav aria-label="Open images" className={styles.scroller}>
        <ul className={styles.tabs}>
          {images.map((image) => (
            <ImageTabButton key={image.path} path={image.path} />
          ))}
        </ul>
      </nav>
      <button type="button" className={styles.search} onClick={spotlight.open}>
        <Search size={14} aria-hidden />
        <span>Search images, arguments, actions</span>
        <kbd className={styles.key}>Ctrl K</kbd>
      </button>
    </div>
  )
}

function ImageTabButton({ path }: { readonly path: string }) {
  const shown = useNavigation((store) => store.active === path && store.view.kind === 'images')
  const { openImages, closeImage } = useAppActions()
  const edits = useEdits(path).length
  const item = useRef<HTMLLIElement>(null)
  const name = visibleText(splitPath(path).name)

  useEffect(() => {
    if (shown) item.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [shown])

  return (
    <li
      ref={item}
      className={styles.tab}
      data-shown={shown || undefined}
      onAuxClick={(event) => {
        if (event.button === 1) closeImage(path)
      }}
    >
      <button
        type="button"
        className={styles.name}
        aria-current={shown ? 'page' : undefined}
        title={edits > 0 ? `${path}\n${edits} staged` : path}
        onClick={() => openImages([path])}
      >
        <HardDrive size={15} aria-hidden />
        <span className="truncate">{name}</span>
        {edits > 0 && <span className={styles.dot} role="img" aria-label="has staged edits" />}
      </button>
      <button type="button" className={styles.close} aria-label={`Close ${name}`} title="Close, Ctrl W" onClick={() => closeImage(path)}>
        <X size={14} aria-hidden />
      </button>
    </li>
  )
}
