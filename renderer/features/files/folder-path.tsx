import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import { visibleText } from '../../components/visible-text.js'
import styles from './files-tab.module.css'

/** The way from the root of the partition to the folder, each step a button. */
export function FolderPath({ folder, onFolder }: { readonly folder: string; readonly onFolder: (folder: string) => void }) {
  const names = folder.split('/').filter((name) => name !== '')
  return (
    <nav aria-label="Folder" className={styles.crumbs}>
      <button
        type="button"
        className={styles.crumb}
        aria-current={names.length === 0 ? 'location' : undefined}
        onClick={() => onFolder('/')}
      >
        /
      </button>
      {names.map((name, index) => {
        const target = `/${names.slice(0, index + 1).join('/')}`
        return (
          <Fragment key={target}>
            {index > 0 && <ChevronRight size={13} className={styles.separator} aria-hidden />}
            <button
              type="button"
              className={styles.crumb}
              aria-current={index === names.length - 1 ? 'location' : undefined}
              onClick={() => onFolder(target)}
            >
              {visibleText(name)}
            </button>
          </Fragment>
        )
      })}
    </nav>
  )
}
