import { Button } from '@mantine/core'
import type { Field } from '#shared/clouds/field'
import { Fact, Facts } from '../../components/fact.js'
import { count } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { FieldValueText } from '../../features/clouds/field-value.js'
import { fieldsOfStep, isBefore, isFolded, type StepId } from '../../features/clouds/ship-steps.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { valueWords } from '../../features/clouds/value-words.js'
import styles from './so-far.module.css'
import { SourceFile } from './source-line.js'
import type { Upload } from './use-upload.js'

const ASKING = ['account', 'destination', 'image'] as const satisfies readonly StepId[]

/** The file, the target, and what was filled in up to here. */
export function SoFar({ upload }: { readonly upload: Upload }) {
  const { draft, form, facts, edits, values } = upload
  const { go } = useShipStore.getState()
  const rows = chosenRows(upload)
  return (
    <>
      <h2>This file</h2>
      {facts === null ? <SkeletonRows rows={5} height={14} gap={10} /> : <SourceFile facts={facts} />}
      {edits.length > 0 && (
        <p className="dim">
          {count(edits.length, 'staged edit')} {edits.length === 1 ? 'goes' : 'go'} along.
        </p>
      )}
      {draft.lostEdits > 0 && (
        <Note tone="amber">
          {count(draft.lostEdits, 'edit')} of this upload held a secret, which is kept nowhere: stage{' '}
          {draft.lostEdits === 1 ? 'it' : 'them'} on the image again.
        </Note>
      )}
      {form !== null && draft.step !== 'target' && (
        <section className={styles.chosen} aria-label="Chosen">
          <div className={styles.head}>
            <h2>{form.title}</h2>
            <Button size="xs" variant="subtle" onClick={() => go(draft.path, 'target')}>
              Another target
            </Button>
          </div>
          {rows.length === 0 ? (
            <p className="dim">{form.summary}.</p>
          ) : (
            <Facts>
              {rows.map((field) => (
                <Fact key={field.id} name={field.label}>
                  <FieldValueText provider={draft.provider} field={field} value={values[field.id]} limit={60} />
                </Fact>
              ))}
            </Facts>
          )}
        </section>
      )}
    </>
  )
}

/** Of the steps up to the furthest one that was shown; what rarely matters is left to the review. */
function chosenRows({ draft, fields, values }: Upload): Field[] {
  return ASKING.filter((step) => !isBefore(draft.reached, step)).flatMap((step) =>
    fieldsOfStep(step, fields).filter((field) => !isFolded(field) && field.kind !== 'bool' && valueWords(field, values[field.id]) !== ''),
  )
}
