import { useQuery } from '@tanstack/react-query'
import { HardDrive } from 'lucide-react'
import { recentsQuery } from '../../api/queries.js'
import { PathText } from '../../components/path-text.js'
import styles from './recipe-dialog.module.css'

const RECENTS = 4

interface ImageChoiceProps {
  /** Open images that are offered. */
  readonly open: readonly string[]
  /** True when one was tried already. */
  readonly another: boolean
  readonly busy: boolean
  readonly onChoose: (path: string) => void
}

/** The images that a recipe could be for: those that are open, else those of late. */
export function ImageChoice({ open, another, busy, onChoose }: ImageChoiceProps) {
  const recents = useQuery({ ...recentsQuery, enabled: open.length === 0 })
  const known = (recents.data ?? []).filter(({ exists }) => exists).slice(0, RECENTS)
  const offered = open.length > 0 ? open : another ? [] : known.map(({ path }) => path)
  return (
    <section aria-label="Images">
      <p>{words(open.length > 0, another, offered.length > 0)}</p>
      {offered.length > 0 && (
        <ul className={styles.images}>
          {offered.map((path) => (
            <li key={path}>
              <button type="button" className={styles.image} disabled={busy} onClick={() => onChoose(path)}>
                <HardDrive size={15} aria-hidden />
                <PathText path={path} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function words(isOpen: boolean, another: boolean, offers: boolean): string {
  if (isOpen) return another ? 'Stage it on another open image:' : 'Which image is it for?'
  if (another) return 'Open another image to stage it there.'
  return offers
    ? 'A recipe changes an open image. Open the one it is for first; then it is staged there:'
    : 'A recipe changes an open image. Open the one it is for first; then it is staged there.'
}
