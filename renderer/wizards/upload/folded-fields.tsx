import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { count } from '../../components/format.js'
import { fieldsOfStep, isFolded, problemsOfStep, type StepId } from '../../features/clouds/ship-steps.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { FieldList } from './fields-step.js'
import styles from './folded-fields.module.css'
import type { Upload } from './use-upload.js'

interface FoldedFieldsProps {
  readonly upload: Upload
  readonly step: StepId
  readonly attempted: boolean
}

/** Fields of a step that rarely need a change; nothing where it has none. */
export function FoldedFields({ upload, step, attempted }: FoldedFieldsProps) {
  const wanted = useShipStore((store) => store.wanted)
  const folded = fieldsOfStep(step, upload.fields).filter(isFolded)
  const problems = problemsOfStep(step, upload.fields, upload.raw)
  const [toggled, setToggled] = useState<{ readonly isOpen: boolean; readonly wanted: string | null } | null>(null)
  if (folded.length === 0) return null
  const isWanted = folded.some(({ id }) => id === wanted)
  const unfolded = toggled !== null && toggled.wanted === wanted ? toggled.isOpen : isWanted
  // What is wrong in there must not be hidden.
  const isOpen = unfolded || (attempted && folded.some(({ id }) => problems.has(id)))
  return (
    <section aria-label="Advanced settings" className={styles.advanced}>
      <button type="button" className={styles.toggle} aria-expanded={isOpen} onClick={() => setToggled({ isOpen: !isOpen, wanted })}>
        <ChevronRight size={15} aria-hidden className={styles.chevron} data-open={isOpen || undefined} />
        Advanced
        <span className="dim">{count(folded.length, 'setting')} that rarely need a change</span>
      </button>
      {isOpen && (
        <div className={styles.fields}>
          <FieldList upload={upload} step={step} fields={folded} attempted={attempted} />
        </div>
      )}
    </section>
  )
}
