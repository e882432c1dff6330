import { Button } from '@mantine/core'
import { ChevronRight, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { platform, platformOfIgnitionId } from '#shared/platforms/platforms'
import { count } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { fieldsOfStep, problemsOfStep } from '../../features/clouds/ship-steps.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { FieldRows } from './field-rows.js'
import { FieldList } from './fields-step.js'
import styles from './image-step.module.css'
import type { Upload } from './use-upload.js'
import wizard from './upload-wizard.module.css'

/** What the image is called and how it starts there; what does not fit is said in place. */
export function ImageStep({ upload, attempted }: { readonly upload: Upload; readonly attempted: boolean }) {
  const { fields, raw } = upload
  const { wanted } = useShipStore.getState()
  const own = fieldsOfStep('image', fields)
  const advanced = own.filter(({ group }) => group === 'advanced')
  const problems = problemsOfStep('image', fields, raw)
  const [unfolded, setUnfolded] = useState(() => advanced.some(({ id }) => id === wanted))
  // What is wrong in there must not be hidden.
  const isOpen = unfolded || (attempted && advanced.some(({ id }) => problems.has(id)))
  return (
    <div className={wizard.body}>
      <div className={wizard.form}>
        <Retarget upload={upload} />
        <FieldRows upload={upload} field={undefined} />
        <FieldList upload={upload} step="image" fields={own.filter(({ group }) => group === 'image')} attempted={attempted} />
        {advanced.length > 0 && (
          <section aria-label="Advanced settings" className={styles.advanced}>
            <button type="button" className={styles.toggle} aria-expanded={isOpen} onClick={() => setUnfolded(!isOpen)}>
              <ChevronRight size={15} aria-hidden className={styles.chevron} data-open={isOpen || undefined} />
              Advanced
              <span className="dim">{count(advanced.length, 'setting')} that rarely need a change</span>
            </button>
            {isOpen && (
              <div className={styles.fields}>
                <FieldList upload={upload} step="image" fields={advanced} attempted={attempted} />
              </div>
            )}
          </section>
        )}
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
