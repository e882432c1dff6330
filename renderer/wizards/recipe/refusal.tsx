import { toAppError } from '#shared/errors/app-error'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './recipe-dialog.module.css'

interface RefusalProps {
  /** File name of the image. */
  readonly name: string
  readonly error: unknown
  readonly onRetry: () => void
}

/** Why a recipe was not staged; everything that is not as it expects, for that is what has to be adapted. */
export function Refusal({ name, error, onRetry }: RefusalProps) {
  const { data } = toAppError(error)
  const differences = data.code === 'recipe-mismatch' ? (data.toolOutput ?? '').split('\n').filter((line) => line !== '') : []
  if (differences.length > 0) {
    return (
      <div role="alert">
        <Note tone="red" title={`It does not fit ${visibleText(name)}: ${count(differences.length, 'difference')}. Nothing was staged.`}>
          <ul className={styles.differences}>
            {differences.map((line) => (
              <li key={line}>{visibleText(line)}</li>
            ))}
          </ul>
        </Note>
      </div>
    )
  }
  return (
    <>
      <p>
        Not staged on <strong>{visibleText(name)}</strong>:
      </p>
      <ErrorNotice error={error} onRetry={onRetry} />
    </>
  )
}
