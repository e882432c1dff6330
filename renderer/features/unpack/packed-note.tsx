import { Button } from '@mantine/core'
import { ArrowRight } from 'lucide-react'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { useAppActions } from '../../components/app-actions.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'

/** That a disk lies inside of a file is nothing that went wrong: it is unpacked, or converted as it lies. */
export function PackedNote({ path, error }: { readonly path: string; readonly error: unknown }) {
  const { convertMany } = useAppActions()
  const { title, detail } = describeError(toAppError(error).data)
  return (
    <div role="status">
      <Note
        tone="neutral"
        title={visibleText(title)}
        actions={
          <Button size="xs" rightSection={<ArrowRight size={14} aria-hidden />} onClick={() => convertMany([path])}>
            Convert it as it is
          </Button>
        }
      >
        <p>{visibleText(detail)}</p>
      </Note>
    </div>
  )
}
