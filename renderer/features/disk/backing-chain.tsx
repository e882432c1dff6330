import type { DiskReport } from '#shared/images/disk-report'
import { imageFormat } from '#shared/images/formats'
import { formatBytes } from '#shared/text/bytes'
import { splitPath } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './disk-tab.module.css'

/** The image and what it is based on, and the images that are based on it. */
export function BackingChain({ report: { chain, overlays } }: { readonly report: DiskReport }) {
  const names = overlays.map((overlay) => visibleText(splitPath(overlay).name)).join(', ')
  const count = overlays.length === 1 ? 'One image has' : `${overlays.length} images have`
  return (
    <>
      {chain.length === 1 ? (
        <p className="dim">It stands on its own.</p>
      ) : (
        <ol className={styles.chain} aria-label="Backing files">
          {chain.map(({ path, format, onDiskBytes }) => (
            <li key={path}>
              <strong title={path}>{visibleText(splitPath(path).name)}</strong>
              <span className="dim">
                {imageFormat(format).label}, {formatBytes(onDiskBytes)} on disk
              </span>
            </li>
          ))}
        </ol>
      )}
      {overlays.length > 0 && (
        <Note tone="amber" title={`${count} this one as backing file`}>
          <p>
            {names}: {overlays.length === 1 ? 'it' : 'they'} would read wrong data if the content of this image changed.
          </p>
        </Note>
      )}
    </>
  )
}
