import { Skeleton } from '@mantine/core'
import { splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import styles from './image-header.module.css'

/** The header while the image is read: the name is known, the rest keeps its place. */
export function ImageSkeleton({ path }: { readonly path: string }) {
  return (
    <>
      <header className={styles.header}>
        <div className={styles.words}>
          <h1 className="truncate" title={path}>
            <GuestText text={splitPath(path).name} />
          </h1>
          <p className="dim" role="status">
            Reading…
          </p>
        </div>
      </header>
      <div aria-hidden>
        <Skeleton height={34} radius="sm" />
        <Skeleton height={12} width={420} mt={11} radius="sm" />
      </div>
    </>
  )
}
