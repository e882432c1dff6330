import { Button } from '@mantine/core'
import { Fact, Facts } from '../../components/fact.js'
import { count } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { fieldsOfStep, isBefore, type StepId } from '../../features/clouds/ship-steps.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { valueWords } from '../../features/clouds/value-words.js'
import styles from './so-far.module.css'
import { SourceFile } from './source-line.js'
import type { Upload } from './use-upload.js'

const ASKING = ['account', 'destination', 'image'] as const satisfies readonly StepId[]

/** The file, the target, and what was filled in up to here. */
export function SoFar({ upload }: { readonly upload: Upload }) {
  const { draft, form, facts, edits } = upload
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
              {rows.map(({ id, label, words }) => (
                <Fact key={id} name={label}>
                  <GuestText text={words} limit={60} />
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
function chosenRows({ draft, fields, values }: Upload) {
  return ASKING.filter((step) => !isBefore(draft.reached, step)).flatMap((step) =>
    fieldsOfStep(step, fields).flatMap((field) => {
      const words = valueWords(field, values[field.id])
      return words === '' || field.group === 'advanced' || field.kind === 'bool' ? [] : [{ id: field.id, label: field.label, words }]
    }),
  )
}
