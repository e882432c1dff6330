import styles from './path-text.module.css'
import { visibleText } from './visible-text.js'

/** An absolute path in one line: the folder gives way first, the file name stays as long as it can. */
export function PathText({ path, className }: { readonly path: string; readonly className?: string }) {
  const visible = visibleText(path)
  const cut = visible.lastIndexOf('/') + 1
  return (
    <span className={`${styles.path} mono ${className ?? ''}`} title={visible}>
      <span className={styles.folder}>
        <bdi>{visible.slice(0, cut)}</bdi>
      </span>
      <span className={styles.name}>
        <bdi>{visible.slice(cut)}</bdi>
      </span>
    </span>
  )
}
