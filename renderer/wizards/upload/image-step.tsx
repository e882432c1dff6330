import { Button } from '@mantine/core'
import { Undo2 } from 'lucide-react'
import { platform, platformOfIgnitionId } from '#shared/platforms/platforms'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { fieldsOfStep, isFolded } from '../../features/clouds/ship-steps.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { FieldRows } from './field-rows.js'
import { FieldList } from './fields-step.js'
import { FoldedFields } from './folded-fields.js'
import type { Upload } from './use-upload.js'
import wizard from './upload-wizard.module.css'

/** What the image is called and how it starts there; what does not fit is said in place. */
export function ImageStep({ upload, attempted }: { readonly upload: Upload; readonly attempted: boolean }) {
  const own = fieldsOfStep('image', upload.fields).filter((field) => !isFolded(field))
  return (
    <div className={wizard.body}>
      <div className={wizard.form}>
        <Retarget upload={upload} />
        <FieldRows upload={upload} field={undefined} />
        <FieldList upload={upload} step="image" fields={own} attempted={attempted} />
        <FoldedFields upload={upload} step="image" attempted={attempted} />
      </div>
    </div>
  )
}

/** An image that was made for another platform, and what is done about it on this way. */
function Retarget({ upload: { draft, form, facts } }: { readonly upload: Upload }) {
  const { change } = useShipStore.getState()
  const target = form?.platform ?? null
  if (target === null || facts === null) return null
  const name = platform(target).name
  if (draft.retarget) {
    return (
      <Note
        tone="green"
        title={`Made fit for ${name} on the way`}
        actions={
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Undo2 size={14} aria-hidden />}
            onClick={() => change(draft.path, { retarget: false })}
          >
            Undo
          </Button>
        }
      >
        Staged for this upload alone: the file here stays as it is.
      </Note>
    )
  }
  const said = facts.ignitionPlatform
  if (said === null || platformOfIgnitionId(said, 'other')?.id === target) return null
  return (
    <Note
      tone="amber"
      title={`The image says ${visibleText(said)}, and is going to ${name}`}
      actions={
        <Button size="xs" data-fix onClick={() => change(draft.path, { retarget: true })}>
          Stage the change
        </Button>
      }
    >
      Ignition would look for its configuration in the wrong place on the first boot.
    </Note>
  )
}
