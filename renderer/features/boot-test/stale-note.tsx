import { Note } from '../../components/note.js'

/** Beside a verdict about a file or edits that are not there any more. */
export function StaleNote() {
  return (
    <Note tone="amber" title="The image or its edits have changed since">
      <p>This verdict is not about what is here now. Run it again.</p>
    </Note>
  )
}
